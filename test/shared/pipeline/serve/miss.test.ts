import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import { versionOf } from '../../../../shared/core/set/keys.ts';
import { batchSchema } from '../../../../shared/core/work/batch.ts';
import type { Manifest } from '../../../../shared/core/set/manifest.ts';
import { PURGES } from '../../../../shared/core/work/purge.ts';
import { backfill } from '../../../../shared/pipeline/bulk/backfill.ts';
import { followUp } from '../../../../shared/pipeline/serve/follow-up.ts';
import { answerMiss, type Miss } from '../../../../shared/pipeline/serve/miss.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { takeDown } from '../../../../shared/pipeline/removal/take-down.ts';
import { codec } from '../../../support/codec.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { etagOf, memoryStore } from '../../../support/memory-store.ts';
import { newProcess } from '../../../support/mortal.ts';
import { starfishPhoto } from '../../../support/originals.ts';

const PHOTO = 'jpeg 1600x1200';
const LIST = `
version: 1
rules: [{ match: '**', presets: [feed, zoom] }]
presets:
  - { name: feed, widths: [480, 1080, 2000], formats: { jpeg: {}, webp: {} } }
  - { name: zoom, generate: on_demand, widths: [1400], formats: { jpeg: {} } }
`;

async function developed(content: string | Buffer = PHOTO): Promise<TestDarkroom> {
  const darkroom = testDarkroom(LIST);
  darkroom.originals.upload('a.jpg', content);
  if (Buffer.isBuffer(content)) darkroom.codec = Object.assign(darkroom.codec, codec);
  await reconcile('a.jpg', darkroom);
  return darkroom;
}

const keyOf = ({ manifest }: TestDarkroom, preset: string, width: number, format = 'jpeg') =>
  (manifest('a.jpg') as Manifest).variants.find(
    one => one.preset === preset && one.width === width && one.format === format,
  )?.key ?? '';

describe('a miss', () => {
  it('of a variant on demand is rendered, stored and answered, then it is there', async () => {
    const darkroom = await developed();
    const key = keyOf(darkroom, 'zoom', 1400);
    expect(darkroom.derivatives.keys()).not.toContain(key);
    const first = await answerMiss(key, darkroom);
    expect(first).toMatchObject({ found: 'file', contentType: 'image/jpeg', isNew: true });
    const { encoded } = darkroom.codec;
    const before = encoded.length;
    expect(await answerMiss(key, darkroom)).toEqual({ ...first, isNew: false });
    expect(encoded).toHaveLength(before);
  });

  it('of a file that was lost gives the very bytes it had', async () => {
    const darkroom = await developed(readFileSync(starfishPhoto));
    for (const { key, state } of darkroom.manifest('a.jpg')?.variants ?? []) {
      if (state !== 'rendered') continue;
      const bytes = darkroom.derivatives.objects.get(key)?.bytes;
      darkroom.derivatives.objects.delete(key);
      expect(await answerMiss(key, darkroom)).toMatchObject({ found: 'file', bytes });
    }
  });

  it.each<[string, (key: string) => string]>([
    ['no derivative', () => 'a.jpg/etc/passwd'],
    ['a width that is not declared', key => key.replace('-480-', '-481-')],
    [
      'an earlier recipe at another width',
      key => key.replace(/-480-[0-9a-f]{10}/, '-481-0123456789'),
    ],
    ['a preset that is not declared', key => key.replace('/feed-', '/food-')],
    [
      'another version at another width',
      key => key.replace(/\/[0-9a-f]{10}\/feed-480/, '/0123456789/feed-481'),
    ],
    ['an original that begins with a slash', key => `/${key}`],
    ['an original that never was', key => key.replace('a.jpg', 'b.jpg')],
    ['a format that is not declared', key => key.replace('.jpg', '.jpg').replace(/jpg$/, 'avif')],
    ['a key that cannot be', key => `../${key}`],
  ])('of %s is nothing, and renders nothing', async (_kind, change) => {
    const darkroom = await developed();
    const key = change(keyOf(darkroom, 'feed', 480));
    const before = darkroom.codec.encoded.length;
    expect(await answerMiss(key, darkroom)).toEqual({ found: 'nothing' });
    expect(darkroom.codec.encoded).toHaveLength(before);
  });

  it('of a file that the picture is too small for is nothing', async () => {
    const darkroom = await developed();
    const impossible = darkroom.manifest('a.jpg')?.variants.find(one => one.state === 'skipped');
    const wide = keyOf(darkroom, 'feed', 480).replace('-480-', '-2000-');
    expect(await answerMiss(impossible?.key ?? wide, darkroom)).toEqual({ found: 'nothing' });
  });

  it('of an original that is gone is gone, and nothing once that is cleared', async () => {
    const darkroom = await developed();
    const key = keyOf(darkroom, 'zoom', 1400);
    darkroom.originals.objects.delete('a.jpg');
    expect(await answerMiss(key, darkroom)).toEqual({ found: 'gone' });
    await reconcile('a.jpg', darkroom);
    expect(await answerMiss(key, darkroom)).toEqual({ found: 'nothing' });
  });

  it('of a picture that failed is nothing, and is not tried again', async () => {
    const darkroom = await developed();
    const key = keyOf(darkroom, 'zoom', 1400);
    darkroom.originals.upload('a.jpg', 'undecodable');
    await reconcile('a.jpg', darkroom);
    expect(await answerMiss(key, darkroom)).toEqual({ found: 'nothing' });
  });
});

const versionIn = ({ manifest }: TestDarkroom) => manifest('a.jpg')?.version ?? '';
const anotherVersion = (key: string) => key.replace(/\/[0-9a-f]{10}\//, '/0123456789/');
const anotherRecipe = (key: string) => key.replace(/-[0-9a-f]{10}\./, '-0123456789.');
const NOTHING = { found: 'nothing' };

describe('a miss of a file whose place another has now', () => {
  it.each([
    ['a replaced version', anotherVersion],
    ['an earlier recipe', anotherRecipe],
  ])('for %s is led there, be it made or on demand, and reads no picture', async (_, change) => {
    const darkroom = await developed();
    darkroom.originals.calls.length = 0;
    for (const key of [keyOf(darkroom, 'feed', 480, 'webp'), keyOf(darkroom, 'zoom', 1400)])
      expect(await answerMiss(change(key), darkroom)).toEqual({ found: 'moved', key });
    expect(new Set(darkroom.originals.calls.map(({ operation }) => operation))).toEqual(
      new Set(['head']),
    );
  });

  it('after an overwrite, and where it leads is there', async () => {
    const darkroom = await developed();
    const [made, wished] = [keyOf(darkroom, 'feed', 480), keyOf(darkroom, 'zoom', 1400)];
    darkroom.originals.upload('a.jpg', `${PHOTO} anew`);
    expect(await answerMiss(wished, darkroom)).toEqual(NOTHING);
    await reconcile('a.jpg', darkroom);
    darkroom.derivatives.objects.delete(made);
    for (const key of [made, wished]) {
      const miss = await answerMiss(key, darkroom);
      if (miss.found !== 'moved') throw new Error(`expected moved, received ${miss.found}`);
      expect(miss.key).not.toBe(key);
      expect(await answerMiss(miss.key, darkroom)).toMatchObject({ found: 'file' });
    }
  });

  it('for the ETag that a copy onto itself gave the same bytes', async () => {
    const darkroom = testDarkroom(LIST);
    darkroom.originals.upload('a.jpg', PHOTO);
    const { head } = darkroom.originals;
    const headWith = (facts: { crc64: string; etag?: string }) => async (key: string) => {
      const found = await head(key);
      return found && { ...found, ...facts };
    };
    darkroom.originals.head = headWith({ crc64: '42' });
    await reconcile('a.jpg', darkroom);
    const manifest = darkroom.manifest('a.jpg') as Manifest;
    darkroom.originals.head = headWith({ crc64: '42', etag: 'F-4' });
    const key = keyOf(darkroom, 'zoom', 1400);
    const asked = key.replace(manifest.version, versionOf('F-4'));
    expect(asked).not.toBe(key);
    expect(await answerMiss(asked, darkroom)).toEqual({ found: 'moved', key });
  });

  it('is led to no file that is made on demand of what is there no more, or by no list in force', async () => {
    const darkroom = await developed();
    const [made, wished] = [keyOf(darkroom, 'feed', 480), keyOf(darkroom, 'zoom', 1400)];
    darkroom.edit(LIST.replace('[1400], formats: { jpeg: {} }', '[1400], formats: { webp: {} }'));
    expect(await answerMiss(anotherVersion(wished), darkroom)).toEqual(NOTHING);
    expect(await answerMiss(wished, darkroom)).toEqual(NOTHING);
    darkroom.edit(LIST);
    darkroom.originals.upload('a.jpg', `${PHOTO} anew`);
    expect(await answerMiss(anotherVersion(wished), darkroom)).toEqual(NOTHING);
    expect(await answerMiss(anotherVersion(made), darkroom)).toEqual({ found: 'moved', key: made });
    darkroom.derivatives.objects.delete(made);
    expect(await answerMiss(anotherVersion(made), darkroom)).toEqual(NOTHING);
  });

  it('lists nothing, which its role may not, although the set is not of what is there', async () => {
    const darkroom = await developed();
    darkroom.originals.upload('a.jpg', `${PHOTO} anew`);
    darkroom.derivatives.calls.length = 0;
    const key = keyOf(darkroom, 'feed', 480);
    const asked = key.replace(versionIn(darkroom), versionOf(etagOf(Buffer.from(`${PHOTO} anew`))));
    expect(await answerMiss(asked, darkroom)).toMatchObject({ found: 'file', isNew: true });
    expect(await answerMiss(anotherVersion(key), darkroom)).toEqual({ found: 'moved', key });
    darkroom.derivatives.upload('a.jpg/manifest.json', 'no manifest');
    expect(await answerMiss(anotherVersion(key), darkroom)).toEqual(NOTHING);
    const operations = darkroom.derivatives.calls.map(({ operation }) => operation);
    expect(operations).not.toContain('list');
  });

  it('is led to no file that was dropped, of a picture that failed, or that nobody asks for', async () => {
    const small = await developed('jpeg 1000x750');
    const skipped = small.manifest('a.jpg')?.variants.find(({ state }) => state === 'skipped');
    expect(skipped).toBeDefined();
    expect(await answerMiss(anotherVersion(skipped?.key ?? ''), small)).toEqual(NOTHING);
    const darkroom = await developed();
    const key = keyOf(darkroom, 'feed', 480);
    darkroom.edit(LIST.replace("'**'", "'b/**'"));
    expect(await answerMiss(anotherVersion(key), darkroom)).toEqual(NOTHING);
    darkroom.edit(LIST);
    darkroom.originals.upload('a.jpg', 'undecodable');
    await reconcile('a.jpg', darkroom);
    expect(await answerMiss(anotherVersion(key), darkroom)).toEqual(NOTHING);
  });

  it('is gone where the original is, and says the same of what was taken down', async () => {
    const darkroom = await developed();
    const key = anotherVersion(keyOf(darkroom, 'feed', 480));
    const order = { by: 'moderator', reason: undefined };
    await takeDown('a.jpg', order, darkroom);
    expect(await answerMiss(key, darkroom)).toEqual({ found: 'taken-down' });
    const other = await developed();
    other.originals.objects.delete('a.jpg');
    expect(await answerMiss(key, other)).toEqual({ found: 'gone' });
  });
});

describe('a miss of an original that is archived', () => {
  const archived = (darkroom: TestDarkroom) => {
    darkroom.originals.getExactly = async () => {
      darkroom.originals.calls.push({ operation: 'get', key: 'a.jpg' });
      throw new Failure('ORIGINAL_ARCHIVED', 'expected an object that can be read');
    };
  };
  const readsOf = ({ originals }: TestDarkroom) =>
    originals.calls.filter(({ operation }) => operation === 'get').length;

  it('is nothing, and is handed on once, so that it is recorded and not asked of OSS again', async () => {
    const darkroom = await developed();
    const before = darkroom.manifest('a.jpg') as Manifest;
    darkroom.at('2026-11-23T11:00:00.000Z');
    archived(darkroom);
    const tasks = new Map<string, Buffer>();
    const submit = async (id: string, payload: Buffer) => {
      tasks.set(id, payload);
      return 'accepted' as const;
    };
    const key = keyOf(darkroom, 'zoom', 1400);
    const hands = { queue: { submit }, bucket: 'originals', log: darkroom.log };
    const misses = [await answerMiss(key, darkroom), await answerMiss(key, darkroom)];
    for (const miss of misses) {
      expect(miss).toMatchObject({ found: 'nothing' });
      await followUp(key, miss, hands);
    }
    expect(tasks.size).toBe(1);
    const { bucket: _, ...batch } = batchSchema.parse(JSON.parse(String([...tasks.values()][0])));
    await backfill(batch, darkroom, darkroom.config);
    const after = darkroom.manifest('a.jpg');
    expect(after).toMatchObject({ failure: { code: 'ORIGINAL_ARCHIVED' } });
    expect(after?.original).toEqual(before.original);
    expect(after?.variants).toEqual(before.variants);
    const reads = readsOf(darkroom);
    const again = await answerMiss(key, darkroom);
    expect(again).toEqual(NOTHING);
    await followUp(key, again, hands);
    expect([readsOf(darkroom), tasks.size]).toEqual([reads, 1]);
  });

  it('is handed on although it was restored meanwhile: then all stays as it is', async () => {
    const darkroom = await developed();
    const before = darkroom.manifest('a.jpg') as Manifest;
    darkroom.at('2026-11-23T11:00:00.000Z');
    const { encoded } = darkroom.codec;
    const files = encoded.length;
    await backfill({ keys: ['a.jpg'], mode: 'settle', unread: true }, darkroom, darkroom.config);
    const after = darkroom.manifest('a.jpg');
    expect(after).toEqual({ ...before, committedAt: after?.committedAt });
    expect(encoded).toHaveLength(files);
  });

  it('that has no set yet is nothing, and is handed on', async () => {
    const darkroom = await developed();
    const key = keyOf(darkroom, 'feed', 480);
    darkroom.derivatives.objects.clear();
    archived(darkroom);
    expect(await answerMiss(key, darkroom)).toEqual({ found: 'nothing', archived: 'none' });
  });
});

describe('a miss is told to whoever operates this', () => {
  it.each(['ORIGINAL_ARCHIVED', 'STORE_UNAVAILABLE', 'STORE_DENIED'] as const)(
    'where looking meets %s, which says nothing of the picture',
    async code => {
      for (const store of ['derivatives', 'originals'] as const) {
        const darkroom = await developed();
        const key = keyOf(darkroom, 'zoom', 1400);
        darkroom[store].before = () => {
          throw new Failure(code, 'refused');
        };
        await expect(answerMiss(key, darkroom)).rejects.toMatchObject({ code });
      }
    },
  );
});

describe('what a miss showed is handed on', () => {
  it('where the removal of its file was not answered, too: that is carried out with the take-down', async () => {
    const darkroom = await developed();
    const key = keyOf(darkroom, 'zoom', 1400);
    const order = { by: 'moderator', reason: undefined };
    darkroom.codec.beforeEncode = async () => {
      await takeDown('a.jpg', order, darkroom);
      darkroom.derivatives.before = ({ operation }) => {
        if (operation === 'remove') throw new Failure('STORE_UNAVAILABLE', 'expected an answer');
      };
    };
    expect(await answerMiss(key, darkroom)).toMatchObject({
      found: 'taken-down',
      withdrew: '2026-11-23T10:00:00.000Z',
    });
  });

  it('before its file is removed: who is killed then leaves nothing in the CDN that nobody purges', async () => {
    const darkroom = await developed();
    const key = keyOf(darkroom, 'zoom', 1400);
    const order = { by: 'moderator', reason: undefined };
    darkroom.codec.beforeEncode = () => takeDown('a.jpg', order, darkroom).then(() => undefined);
    const process = newProcess();
    const derivatives = { ...darkroom.derivatives, remove: process.die };
    const handedOn: Miss[] = [];
    const handOn = async (miss: Miss) => handedOn.push(miss) > 0;
    const answer = answerMiss(key, { ...darkroom, derivatives, handOn });
    expect(await Promise.race([answer, process.died])).toBe('died');
    expect(handedOn).toEqual([{ found: 'taken-down', withdrew: '2026-11-23T10:00:00.000Z' }]);
  });

  it('and holds up no removal where that cannot be', async () => {
    const darkroom = await developed();
    const key = keyOf(darkroom, 'zoom', 1400);
    const order = { by: 'moderator', reason: undefined };
    darkroom.codec.beforeEncode = () => takeDown('a.jpg', order, darkroom).then(() => undefined);
    const handOn = () => Promise.reject(new Failure('SETTINGS_INVALID', 'expected a function'));
    expect(await answerMiss(key, { ...darkroom, handOn })).toMatchObject({ found: 'taken-down' });
    expect(darkroom.derivatives.keys()).toEqual(['a.jpg/manifest.json']);
  });

  it.each([
    ['answered that it could not be', async () => false],
    ['threw', () => Promise.reject(new Failure('STORE_UNAVAILABLE', 'expected an answer'))],
  ])('once more after its file was removed, where it %s at first', async (_, fail) => {
    const darkroom = await developed();
    const key = keyOf(darkroom, 'zoom', 1400);
    const order = { by: 'moderator', reason: undefined };
    darkroom.codec.beforeEncode = () => takeDown('a.jpg', order, darkroom).then(() => undefined);
    const handedOn: Miss[] = [];
    const handOn = async (miss: Miss) => (handedOn.push(miss) === 1 ? await fail() : true);
    await answerMiss(key, { ...darkroom, handOn });
    expect(handedOn).toHaveLength(2);
    expect(handedOn[1]).toEqual(handedOn[0]);
    expect(darkroom.derivatives.keys()).toEqual(['a.jpg/manifest.json']);
  });

  it('so that what the CDN fetched of a file that had to go again is purged', async () => {
    const darkroom = await developed();
    darkroom.isBehindCdn = true;
    const key = keyOf(darkroom, 'zoom', 1400);
    const order = { by: 'moderator', reason: undefined };
    darkroom.codec.beforeEncode = () => takeDown('a.jpg', order, darkroom).then(() => undefined);
    const miss = await answerMiss(key, darkroom);
    expect(miss).toEqual({ found: 'taken-down', withdrew: '2026-11-23T10:00:00.000Z' });
    const payloads: Buffer[] = [];
    const submit = async (_: string, payload: Buffer) => {
      payloads.push(payload);
      return 'accepted' as const;
    };
    await followUp(key, miss, { queue: { submit }, bucket: 'originals', log: darkroom.log });
    await followUp(
      key,
      { found: 'taken-down' },
      { queue: { submit }, bucket: 'originals', log: darkroom.log },
    );
    expect(payloads).toHaveLength(1);
    darkroom.config.objects.forEach((_, name) => {
      if (name.startsWith(PURGES)) darkroom.config.objects.delete(name);
    });
    const { bucket: _, ...batch } = batchSchema.parse(JSON.parse(String(payloads[0])));
    await backfill(batch, darkroom, darkroom.config);
    expect(darkroom.config.keys().filter(name => name.startsWith(PURGES))).toHaveLength(1);
    expect(darkroom.derivatives.keys()).toEqual(['a.jpg/manifest.json']);
  });

  it('so that the manifest knows the file, and an edit retires it', async () => {
    const darkroom = await developed();
    const key = keyOf(darkroom, 'zoom', 1400);
    const tasks = new Map<string, Buffer>();
    const queue = {
      submit: async (id: string, payload: Buffer) => {
        if (tasks.has(id)) return 'duplicate' as const;
        tasks.set(id, payload);
        return 'accepted' as const;
      },
    };
    const miss = await answerMiss(key, darkroom);
    const hands = { queue, bucket: 'originals', log: darkroom.log };
    await followUp(key, miss, hands);
    await followUp(key, miss, hands);
    expect(tasks.size).toBe(1);
    const [payload] = [...tasks.values()];
    const { bucket: _, ...batch } = batchSchema.parse(JSON.parse(String(payload)));
    await backfill(batch, darkroom, memoryStore());
    const entry = darkroom.manifest('a.jpg')?.variants.find(one => one.key === key);
    expect(entry).toMatchObject({ state: 'rendered', bytes: expect.any(Number) });
    expect(await reconcile('a.jpg', darkroom)).toMatchObject({ outcome: 'settled' });
    darkroom.edit(LIST.replace('[1400]', '[1300]'));
    await reconcile('a.jpg', darkroom);
    darkroom.at('2026-11-23T10:10:00.000Z');
    await reconcile('a.jpg', darkroom);
    expect(darkroom.derivatives.keys()).not.toContain(key);
  });
});
