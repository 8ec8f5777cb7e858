import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  HOUR_MS,
  readyInWords,
  readyTimesIn,
  readyTimesOf,
} from '../../../cli/inspect/ready-times.ts';
import { newFolder } from '../../support/folders.ts';

const message = (...reports: object[]) =>
  JSON.stringify({
    timestamp: 1,
    requestContext: {
      requestId: '1',
      functionArn: 'acs:fc:r:1:functions/f',
      condition: '',
      approximateInvokeCount: 1,
    },
    requestPayload: '{}',
    responseContext: { statusCode: 200, functionError: '' },
    responsePayload: JSON.stringify({ schema: 1, reports, ignored: [] }),
  });

describe('from upload to ready', () => {
  it.each([
    [[], { uploads: 0 }],
    [[7], { uploads: 1, p50: 7, p99: 7, worst: 7 }],
    [[3, 1, 2], { uploads: 3, p50: 2, p99: 3, worst: 3 }],
    [
      Array.from({ length: 200 }, (_, i) => 200 - i),
      { uploads: 200, p50: 100, p99: 198, worst: 200 },
    ],
  ])('of %j is %j', (milliseconds, times) => {
    expect(readyTimesOf(milliseconds)).toEqual(times);
  });

  it('is the time of some upload, in order', () => {
    const some = fc.array(fc.nat(), { minLength: 1 });
    fc.assert(
      fc.property(some, milliseconds => {
        const { p50 = -1, p99 = -1, worst = -1 } = readyTimesOf(milliseconds);
        expect(milliseconds).toEqual(expect.arrayContaining([p50, p99, worst]));
        expect([p50, p99, worst]).toEqual([p50, p99, worst].sort((a, b) => a - b));
      }),
    );
  });

  it('is of no upload where no message ever came', async () => {
    const found = await readyTimesIn(join(newFolder(), 'destinations'), 0);
    expect(found).toEqual({ uploads: 0, unreadable: [] });
  });

  it('is not of a message that goes while it is read', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'f/success'), { recursive: true });
    // As a name that was listed and leads nowhere by the time it is opened.
    symlinkSync(join(folder, 'gone'), join(folder, 'f/success/1.json'));
    expect(await readyTimesIn(folder, 0)).toEqual({ uploads: 0, unreadable: [] });
  });

  it('is read from the messages of the last hour, and what is none is named', async () => {
    const folder = newFolder();
    const put = (name: string, text: string, age = 0) => {
      const file = join(folder, name);
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, text);
      utimesSync(file, new Date(), new Date(Date.now() - age));
    };
    put('f/success/1.json', message({ readyMs: 1500 }, { outcome: 'settled' }));
    put('f/success/2.json', message({ readyMs: 2500 }));
    put('f/success/old.json', message({ readyMs: 9e9 }), HOUR_MS + 60_000);
    put('f/failure/3.json', message({ readyMs: 9e9 }));
    put('f/success/cut.json', '{"timest');
    const found = await readyTimesIn(folder, Date.now() - HOUR_MS);
    expect(found).toMatchObject({ uploads: 2, p50: 1500, p99: 2500, worst: 2500 });
    expect(found.unreadable).toEqual([join('f', 'success', 'cut.json')]);
  });

  it('is said in seconds', () => {
    expect(readyInWords(readyTimesOf([1500, 25_000]))).toBe(
      'From upload to ready, last hour: half of 2 within 1.5 s, 99 % within 25 s, the last within 25 s',
    );
    expect(readyInWords(readyTimesOf([]))).toMatch(/no message of it in the success destination$/);
  });
});
