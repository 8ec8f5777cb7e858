import { describe, expect, it } from 'vitest';
import { reconcileAll } from '../../../../shared/pipeline/develop/reconcile-each.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';

const KEY = 'a.jpg';
const UPLOADED = new Date('2026-11-23T10:00:00.000Z');

function uploaded(): TestDarkroom {
  const darkroom = testDarkroom();
  darkroom.originals.upload(KEY, 'jpeg 1600x1200', UPLOADED);
  return darkroom;
}

/** As the function does it: what it answers, and what it logs. */
async function woken(darkroom: TestDarkroom, own: object = {}) {
  const logged: object[] = [];
  const log = { ...darkroom.log, info: (_: string, facts: object) => logged.push(facts) };
  const opened = { ...darkroom, ...own, log };
  const [report] = await reconcileAll([KEY], opened as TestDarkroom);
  return { report, line: logged.at(-1) };
}

describe('how long a photo took to be ready', () => {
  it('is told in one line and in the ready message, from the upload to the end', async () => {
    const darkroom = uploaded();
    darkroom.at('2026-11-23T10:00:07.250Z');
    const { report, line } = await woken(darkroom, { uploadedAt: UPLOADED });
    expect(report).toMatchObject({ outcome: 'developed', readyMs: 7250 });
    expect(line).toMatchObject({ key: KEY, readyMs: 7250 });
  });

  it('counts earlier attempts: whoever waits has waited for them, too', async () => {
    const darkroom = uploaded();
    darkroom.at('2026-11-23T10:05:00.000Z');
    const { report } = await woken(darkroom, { uploadedAt: UPLOADED, attempt: 2 });
    expect(report).toMatchObject({ readyMs: 300_000 });
  });

  it('is nothing where the clock of OSS is ahead', async () => {
    const darkroom = uploaded();
    const { report } = await woken(darkroom, { uploadedAt: new Date('2026-11-24') });
    expect(report).toMatchObject({ readyMs: 0 });
  });

  it('is not told of an event that came again, nor where no upload woke us', async () => {
    const darkroom = uploaded();
    expect((await woken(darkroom)).report).not.toHaveProperty('readyMs');
    const again = await woken(darkroom, { uploadedAt: UPLOADED });
    expect(again.report?.outcome).toBe('settled');
    expect(again.report).not.toHaveProperty('readyMs');
    expect(again.line).not.toHaveProperty('readyMs');
  });
});
