import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isCheckup } from '../../../shared/fc/checkup.ts';

const sample = readFileSync(new URL('../../../events/samples/checkup.json', import.meta.url));

describe('a checkup', () => {
  it('is what the sample says', () => {
    expect(isCheckup(sample)).toBe(true);
  });

  it.each([
    [
      'an upload',
      readFileSync(new URL('../../../events/samples/oss-put-object.json', import.meta.url)),
    ],
    ['a batch', readFileSync(new URL('../../../events/samples/backfill.json', import.meta.url))],
    ['a request that brings it as its body', Buffer.from('{"body":{"kind":"darkroom.checkup"}}')],
    ['more than that', Buffer.from('{"kind":"darkroom.checkup","keys":[]}')],
    ['no JSON', Buffer.from('darkroom.checkup')],
    ['nothing', Buffer.from('')],
  ])('is not %s', (_, event) => {
    expect(isCheckup(event)).toBe(false);
  });
});
