import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkupIn } from '../../../shared/fc/checkup.ts';

const sample = readFileSync(new URL('../../../events/samples/checkup.json', import.meta.url));

describe('a checkup', () => {
  it('is what the sample says', () => {
    expect(checkupIn(sample)).toEqual({ kind: 'darkroom.checkup', fillBytes: 0 });
  });

  it.each([
    [
      'an upload',
      readFileSync(new URL('../../../events/samples/oss-put-object.json', import.meta.url)),
    ],
    ['a batch', readFileSync(new URL('../../../events/samples/backfill.json', import.meta.url))],
    ['a request that brings it as its body', Buffer.from('{"body":{"kind":"darkroom.checkup"}}')],
    ['more than that', Buffer.from('{"kind":"darkroom.checkup","keys":[]}')],
    ['an answer of a gigabyte', Buffer.from('{"kind":"darkroom.checkup","fillBytes":1e9}')],
    ['no JSON', Buffer.from('darkroom.checkup')],
    ['nothing', Buffer.from('')],
  ])('is not %s', (_, event) => {
    expect(checkupIn(event)).toBeUndefined();
  });
});
