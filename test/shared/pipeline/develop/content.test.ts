import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Content } from '../../../../shared/core/picture/content.ts';
import type { Manifest } from '../../../../shared/core/set/manifest.ts';
import { backfill } from '../../../../shared/pipeline/bulk/backfill.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { answerMiss } from '../../../../shared/pipeline/serve/miss.ts';
import { codec } from '../../../support/codec.ts';
import { casesFolder } from '../../../support/colours.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { chat, starfishPhoto } from '../../../support/originals.ts';

const AUTO =
  '{ jpeg: { chroma: auto }, webp: { chroma: auto, flat: auto }, avif: { chroma: auto, flat: auto }, png: { flat: auto } }';
const listWith = (formats: string) => `
version: 1
rules: [{ match: '**', presets: [feed, later] }]
presets:
  - { name: feed, widths: [120, 300, 700], formats: ${formats} }
  - { name: later, generate: on_demand, widths: [600], formats: ${formats} }
`;
const LIST = listWith(AUTO);
const PLAIN = listWith('{ jpeg: {}, webp: {}, avif: {}, png: {} }');
const PHOTO: Content = { chroma: '4:2:0', colourEdges: 9, flat: false, even: 9, colours: 900 };

const KEY = 'a.png';
const pixelsOf = async (file: Buffer) =>
  await sharp(file).toColourspace('srgb').removeAlpha().raw().toBuffer();

function darkroomFor(file: Buffer | string, yaml = LIST, lanes = 2): TestDarkroom {
  const darkroom = testDarkroom(yaml);
  darkroom.lanes = lanes;
  darkroom.originals.upload(KEY, file);
  if (Buffer.isBuffer(file)) darkroom.codec = Object.assign(darkroom.codec, codec);
  return darkroom;
}

async function developed(file: Buffer | string, yaml = LIST, lanes = 2): Promise<TestDarkroom> {
  const darkroom = darkroomFor(file, yaml, lanes);
  await reconcile(KEY, darkroom);
  return darkroom;
}

/** sharp does not tell it of AVIF: the bits for both directions in av1C. (AV1 in ISOBMFF, 2.3.3) */
async function chromaOf(file: Buffer): Promise<string | undefined> {
  const at = file.indexOf('av1C');
  if (at < 0) return (await sharp(file).metadata()).chromaSubsampling;
  return ((file[at + 6] ?? 0) & 0b1100) === 0b1100 ? '4:2:0' : '4:4:4';
}

const manifestOf = (darkroom: TestDarkroom) => darkroom.manifest(KEY) as Manifest;
const filesOf = (darkroom: TestDarkroom) =>
  new Map(
    [...darkroom.derivatives.objects]
      .filter(([key]) => !key.endsWith('.json'))
      .map(([key, { bytes }]) => [key, bytes] as const),
  );
const filesNamed = (darkroom: TestDarkroom, ending: RegExp) =>
  [...filesOf(darkroom)].filter(([key]) => ending.test(key)).map(([, bytes]) => bytes);

describe('what is left to the picture', () => {
  it('is told by the manifest, with its figures', async () => {
    const { content } = manifestOf(await developed(await chat(700, 500))).original;
    expect(content).toMatchObject({ chroma: '4:4:4', flat: true });
    const photo = manifestOf(await developed(readFileSync(starfishPhoto)));
    expect(photo.original.content).toMatchObject({ chroma: '4:2:0', flat: false });
  });

  it('is measured once for all files, and not at all where the list leaves nothing to it', async () => {
    const asking = await developed('jpeg 700x500');
    expect(asking.codec.measures).toBe(1);
    const plain = await developed(
      'jpeg 700x500',
      LIST.replaceAll(', flat: auto', '')
        .replaceAll('chroma: auto', '')
        .replaceAll('flat: auto', ''),
    );
    expect(plain.codec.measures).toBe(0);
    expect(manifestOf(plain).original).not.toHaveProperty('content');
  });

  it('stands as it was found for files that come later, by an edit or by a view', async () => {
    const darkroom = await developed('jpeg 700x500');
    const { content } = manifestOf(darkroom).original;
    darkroom.codec.measure = async () => ({ ...PHOTO, chroma: '4:4:4' });
    darkroom.edit(LIST.replace('[120, 300, 700]', '[120, 200, 300, 700]'));
    await reconcile(KEY, darkroom);
    expect(manifestOf(darkroom).variants.some(({ width }) => width === 200)).toBe(true);
    const later = manifestOf(darkroom).variants.find(({ preset }) => preset === 'later');
    await answerMiss(later?.key ?? '', darkroom);
    expect(darkroom.codec.measures).toBe(1);
    expect(manifestOf(darkroom).original.content).toEqual(content);
  });

  it('is found anew where all is made anew by force', async () => {
    const darkroom = await developed('jpeg 700x500');
    darkroom.codec.measure = async () => PHOTO;
    darkroom.at('2026-11-24T10:00:00.000Z');
    await darkroom.developAnew(KEY);
    expect(manifestOf(darkroom).original.content).toEqual(PHOTO);
  });

  it('is found anew for another original under the same key', async () => {
    const darkroom = await developed('jpeg 700x500');
    darkroom.codec.measure = async () => PHOTO;
    darkroom.originals.upload(KEY, 'jpeg 700x501');
    await reconcile(KEY, darkroom);
    expect(manifestOf(darkroom).original.content).toEqual(PHOTO);
  });

  it.each([
    ['a chat', () => chat(700, 500)],
    ['a photo', async () => readFileSync(starfishPhoto)],
  ])('makes the same bytes of %s in one lane, two and four', async (_, draw) => {
    const file = await draw();
    const [one, two, four] = await Promise.all(
      [1, 2, 4].map(lanes => developed(file, LIST, lanes)),
    );
    if (!one || !two || !four) throw new Error('nothing was made');
    expect(filesOf(one).size).toBeGreaterThan(9);
    for (const [key, bytes] of filesOf(one)) {
      for (const other of [two, four]) {
        expect(filesOf(other).get(key)?.equals(bytes), key).toBe(true);
      }
    }
  });

  it.each([
    ['with the manifest', false],
    ['without one', true],
  ])('makes the same bytes by a miss as by an upload, %s', async (_, isForgotten) => {
    const file = await chat(700, 500);
    const eager = LIST.replace('generate: on_demand, ', '');
    const uploaded = filesOf(await developed(file, eager));
    const darkroom = await developed(file);
    const keys = manifestOf(darkroom).variants.filter(({ state }) => state !== 'skipped');
    if (isForgotten) darkroom.derivatives.objects.clear();
    expect(keys.length).toBeGreaterThan(9);
    for (const { key } of keys) {
      darkroom.derivatives.objects.delete(key);
      const answer = await answerMiss(key, darkroom);
      if (answer.found !== 'file') throw new Error(`${key} is ${answer.found}`);
      expect(uploaded.get(key)?.equals(answer.bytes), key).toBe(true);
    }
  });

  it('makes the same bytes by a backfill that makes all anew', async () => {
    const darkroom = await developed(await chat(700, 500));
    const before = filesOf(darkroom);
    for (const key of before.keys()) darkroom.derivatives.objects.delete(key);
    darkroom.at('2026-11-24T10:00:00.000Z');
    await darkroom.developAnew(KEY);
    for (const [key, bytes] of before)
      expect(filesOf(darkroom).get(key)?.equals(bytes), key).toBe(true);
  });

  it('makes the same bytes by a backfill beside larger files that views made, of whichever preset', async () => {
    const later = /(name: later.* formats: )\{.*\} \}$/m;
    const darkroom = await developed(
      await sharp(await chat(1500, 1100))
        .jpeg()
        .toBuffer(),
      LIST.replace('[600]', '[640, 720]')
        .replace('[120, 300, 700]', '[120, 300]')
        .replace(later, '$1{ jpeg: {} } }'),
    );
    for (const { key } of manifestOf(darkroom).variants.filter(one => one.preset === 'later')) {
      expect(await answerMiss(key, darkroom)).toMatchObject({ found: 'file' });
    }
    await backfill({ keys: [KEY], mode: 'settle', made: true }, darkroom, darkroom.config);
    const before = filesOf(darkroom);
    const content = manifestOf(darkroom).original.content;
    darkroom.at('2030-01-01T00:00:00.000Z');
    await backfill({ keys: [KEY], mode: 'force' }, darkroom, darkroom.config);
    expect(manifestOf(darkroom).original.content).toEqual(content);
    const after = filesOf(darkroom);
    const changed = [...before].filter(([key, bytes]) => !after.get(key)?.equals(bytes));
    expect(changed.map(([key]) => key)).toEqual([]);
  });

  it('is 4:4:4 for coloured edges in JPEG and AVIF, 4:2:0 for a photo', async () => {
    const of = async (file: Buffer) => {
      const files = filesNamed(await developed(file), /-300-.*\.(jpg|avif)$/);
      return await Promise.all(files.map(chromaOf));
    };
    expect(await of(await chat(700, 500))).toEqual(['4:4:4', '4:4:4']);
    expect(await of(readFileSync(starfishPhoto))).toEqual(['4:2:0', '4:2:0']);
  });

  it('never puts another format under a name', async () => {
    const names = { jpg: 'jpeg', webp: 'webp', avif: 'heif', png: 'png' };
    const made = filesOf(await developed(await chat(700, 500)));
    for (const [key, bytes] of made) {
      const ending = key.split('.').at(-1) as keyof typeof names;
      expect((await sharp(bytes).metadata()).format, key).toBe(names[ending]);
    }
  });
});

describe('a drawn picture at its own size', () => {
  it.each(['webp', 'png'])(
    'has every pixel as it is in %s, in fewer bytes than before',
    async format => {
      const file = await chat(700, 500);
      const [auto] = filesNamed(await developed(file), RegExp(`feed-700-.*\\.${format}$`));
      const [before] = filesNamed(await developed(file, PLAIN), RegExp(`feed-700-.*\\.${format}$`));
      if (!auto || !before) throw new Error('nothing was made');
      expect((await pixelsOf(auto)).equals(await pixelsOf(file))).toBe(true);
      expect(auto.length).toBeLessThan(before.length);
    },
  );

  it('is lossy in WebP where that is smaller and every pixel as it is takes more than a bit', async () => {
    const [width, height] = [700, 500];
    const grain = Uint8Array.from({ length: width * height }, (_, at) =>
      at % width < width / 2 ? 255 : 120 + Math.floor(Math.random() * 8),
    );
    const raw = { width, height, channels: 1 as const };
    const file = await sharp(grain, { raw }).png().toBuffer();
    const darkroom = await developed(file);
    const [auto] = filesNamed(darkroom, /feed-700-.*\.webp$/);
    const [plain] = filesNamed(await developed(file, PLAIN), /feed-700-.*\.webp$/);
    expect(manifestOf(darkroom).original.content).toMatchObject({ flat: true });
    expect(auto?.length).toBeGreaterThan(1000);
    expect(auto?.equals(plain ?? Buffer.alloc(0))).toBe(true);
  });

  it('keeps its transparency without loss', async () => {
    const drawn = sharp(await chat(700, 500)).ensureAlpha(0.5);
    const file = await drawn.png().toBuffer();
    const [png] = filesNamed(await developed(file), /feed-700-.*\.png$/);
    if (!png) throw new Error('nothing was made');
    const raw = (bytes: Buffer) =>
      sharp(bytes).toColourspace('srgb').ensureAlpha().raw().toBuffer();
    expect((await raw(png)).equals(await raw(file))).toBe(true);
  });

  it.runIf(casesFolder)('stays of the order of its original, one of 1-bit text too', async () => {
    const file = readFileSync(join(casesFolder ?? '', 'growth-1bit-text.png'));
    const made = filesNamed(await developed(file), /feed-600-/);
    expect(Math.min(...made.map(({ length }) => length))).toBeLessThan(4 * file.length);
  });

  it('is no larger than it was lossy where it is a photo', async () => {
    const file = await sharp(starfishPhoto).resize(400).png().toBuffer();
    const drawnOnly = listWith('{ jpeg: {}, webp: { flat: auto } }');
    const of = async (yaml: string) =>
      filesNamed(await developed(file, yaml), /feed-400-.*\.webp$/);
    const [auto, plain] = await Promise.all([of(drawnOnly), of(PLAIN)]);
    expect(auto[0]?.length).toBeGreaterThan(1000);
    expect(auto[0]?.equals(plain[0] ?? Buffer.alloc(0))).toBe(true);
  });
});
