import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../../cli/cloud/connection.ts';
import { developed } from '../../../cli/preview/developed.ts';
import { scoreOf } from '../../../cli/studio/score.ts';
import { decodeHeic } from '../../../shared/adapters/libheif/decoder.ts';
import { sharpCodec } from '../../../shared/adapters/sharp/codec.ts';
import { fingerprintOfList } from '../../../shared/core/list/recipe.ts';
import { IN_FORCE_KEY } from '../../../shared/core/work/in-force.ts';
import { reconcile } from '../../../shared/pipeline/develop/reconcile.ts';
import { answerMiss } from '../../../shared/pipeline/serve/miss.ts';
import { testDarkroom } from '../../support/darkrooms.ts';
import { gif } from '../../support/gifs.ts';
import { starfishPhoto } from '../../support/originals.ts';
import { listOf } from '../../support/preset-lists.ts';

/** Of real pixels, in a darkroom in memory. */

const KEY = 'p/a.jpg';
const listWith = (thumb: string, feed = '') => `
version: 1
rules: [{ match: '**', presets: [thumb, feed, moving], moderate: { block: ['* >= high'] } }]
presets:
  - { name: thumb, widths: [100], aspect: '1:1', fit: cover, gravity: attention, formats: { jpeg: { quality: ${thumb} } } }
  - { name: feed, widths: [240], generate: on_demand, formats: { jpeg: { quality: 30 }, png: {} } ${feed} }
  - { name: moving, widths: [60], when: { animated: true }, formats: { webp: { animated: true } } }
`;
const yaml = listWith('90');
const darkroom = { ...testDarkroom(yaml), codec: sharpCodec({ heic: decodeHeic }) };
const connection = darkroom as unknown as Connection;
const keyOf = (preset: string, format: string, original = KEY) =>
  darkroom.manifest(original)?.variants.find(one => one.preset === preset && one.format === format)
    ?.key ?? '';

function putInForce(text: string): void {
  darkroom.edit(text);
  const list = listOf(text);
  const about = { schema: 1, etag: 'E', promotedAt: '2026-11-23T09:00:00.000Z' };
  const inForce = { ...about, list, fingerprint: fingerprintOfList(list) };
  darkroom.config.upload(IN_FORCE_KEY, JSON.stringify(inForce));
}

describe('the score of a file', () => {
  beforeAll(async () => {
    putInForce(yaml);
    darkroom.originals.upload(KEY, await sharp(starfishPhoto).resize(640).jpeg().toBuffer());
    await reconcile(KEY, darkroom);
  });

  it('is what darkroom preview says, of the very bytes that lie there: others have another', async () => {
    const key = keyOf('thumb', 'jpeg');
    const { ssim } = await scoreOf(key, connection);
    const file = darkroom.originals.objects.get(KEY)?.bytes ?? Buffer.alloc(0);
    // What an upload makes decides how large the decode is, and so these very pixels.
    const onUpload = listOf(yaml.replace(', feed', '').replace(/^.+name: feed.+\n/m, ''));
    const [thumb] = await developed({ key: KEY, file }, onUpload);
    expect(thumb).toMatchObject({ preset: 'thumb', likeness: { score: ssim } });
    const blurred = await sharp(darkroom.derivatives.objects.get(key)?.bytes)
      .blur(3)
      .png()
      .toBuffer();
    const { bytes } = darkroom.derivatives.objects.get(key) ?? {};
    darkroom.derivatives.upload(key, blurred);
    expect((await scoreOf(key, connection)).ssim).toBeLessThan(ssim - 0.05);
    darkroom.derivatives.upload(key, bytes ?? '');
    expect(await scoreOf(key, connection)).toEqual({ ssim });
  });

  it('of a lossless file that a view made is 1', async () => {
    const key = keyOf('feed', 'png');
    expect((await answerMiss(key, darkroom)).found).toBe('file');
    expect(await scoreOf(key, connection)).toEqual({ ssim: 1 });
  });

  it('is not made up for a file that is not there', async () => {
    const key = keyOf('feed', 'jpeg');
    await expect(scoreOf(key, connection)).rejects.toThrow(
      `expected a file at ${key}, there is none: not yet, or it is gone`,
    );
    expect(darkroom.derivatives.objects.has(key)).toBe(false);
    await expect(scoreOf('x', connection)).rejects.toThrow(
      'expected the key of a file, received x',
    );
  });

  it('nor for one that the list in force does not make any more', async () => {
    const key = keyOf('thumb', 'jpeg');
    putInForce(listWith('50'));
    await expect(scoreOf(key, connection)).rejects.toThrow(
      `expected a file that the list in force makes, ${key} is of another or retired`,
    );
    putInForce(yaml);
  });

  it('nor for an animation, whose pixels no encoder was given', async () => {
    darkroom.originals.upload(
      'p/a.gif',
      gif([{ place: [0, 0, 64, 48] }, { place: [0, 0, 64, 48], colour: 1 }]),
    );
    await reconcile('p/a.gif', darkroom);
    const key = keyOf('moving', 'webp', 'p/a.gif');
    await expect(scoreOf(key, connection)).rejects.toThrow(
      /^expected a file of pixels, p\/a\.gif.+ is made straight from the original’s file/,
    );
  });
});
