import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { batchSchema } from '../../../../shared/core/work/batch.ts';
import type { Manifest } from '../../../../shared/core/set/manifest.ts';
import { PURGES } from '../../../../shared/core/work/purge.ts';
import { backfill } from '../../../../shared/pipeline/bulk/backfill.ts';
import { followUp } from '../../../../shared/pipeline/serve/follow-up.ts';
import { answerMiss } from '../../../../shared/pipeline/serve/miss.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { takeDown } from '../../../../shared/pipeline/removal/take-down.ts';
import { codec } from '../../../support/codec.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { memoryStore } from '../../../support/memory-store.ts';
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
    ['a recipe that is not in force', key => key.replace(/[0-9a-f]{10}\.jpg/, '0123456789.jpg')],
    ['a preset that is not declared', key => key.replace('/feed-', '/food-')],
    ['another version', key => key.replace(/\/[0-9a-f]{10}\//, '/0123456789/')],
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

describe('what a miss showed is handed on', () => {
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
