import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { developed, type Rendition } from '../../../cli/preview/developed.ts';
import {
  type Entry,
  isFailed,
  type Pair,
  pairsOf,
  type Side,
  worstPart,
} from '../../../cli/preview/entries.ts';
import { pageOf } from '../../../cli/preview/page.ts';
import { collection, type Sheet } from '../../../cli/preview/sheet.ts';
import { worstFirst } from '../../../cli/preview/worst-first.ts';
import { quarters, starfishPhoto } from '../../support/originals.ts';
import { listOf } from '../../support/preset-lists.ts';

const lists = { presets: 'new.yaml', compare: 'old.yaml' };
const about = { lists, photos: 1, notPictures: 0, troubles: [] };

const listWith = (formats: string, more = '') =>
  listOf(`
version: 1
rules: [{ match: '**', presets: [feed] }]
presets: [{ name: feed, widths: [320]${more}, formats: ${formats} }]
`);

describe('a page', () => {
  let pairs: Pair[];
  beforeAll(async () => {
    const file = await sharp(starfishPhoto).resize(480).jpeg().toBuffer();
    const made = async (quality: number) =>
      await developed({ key: 'a.jpg', file }, listWith(`{ jpeg: { quality: ${quality} } }`));
    const [before, worse, worst] = [await made(85), await made(60), await made(20)];
    pairs = Array.from({ length: 30 }, (_, at) => `${at}.jpg`).flatMap(photo =>
      pairsOf(photo, before, photo === '20.jpg' ? worst : worse),
    );
  });

  const sheetOf = async (most?: number): Promise<Sheet> => {
    const gathered = collection(true, most);
    await gathered.add(pairs);
    return { ...about, ...gathered.all() };
  };

  it('has all pictures at their size where there is room, the worst before the others', async () => {
    const page = await pageOf(await sheetOf());
    expect(page.match(/<h3>.*?<\/h3>/)?.[0]).toBe('<h3><bdi>20.jpg</bdi></h3>');
    expect(picturesIn(page)).toHaveLength(30 * 2 + 24 * 2);
    expect(await widestOf(page)).toBe(320);
    expect(page).not.toMatch(/left out|wide at most/);
  });

  it('has smaller pictures where there is less room', async () => {
    const sheet = await sheetOf();
    const most = Math.round((await pageOf(sheet)).length * 0.85);
    const page = await pageOf(sheet, most);
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(most);
    expect(picturesIn(page)).toHaveLength(30 * 2 + 24 * 2);
    expect(await widestOf(page)).toBeLessThan(320);
    expect(page).toMatch(/Pictures are \d+ pixels wide at most/);
  });

  it('leaves pictures out where there is none, those of the worst last', async () => {
    const sheet = await sheetOf();
    const page = await pageOf(sheet, 90_000);
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(90_000);
    const articles = page.split('<article>').slice(1);
    expect(articles).toHaveLength(30);
    expect(picturesIn(articles[0] ?? '')).not.toHaveLength(0);
    expect(articles.at(-1)).toContain('picture left out');
    const [, leftOut] = /(\d+) pictures left out/.exec(page) ?? [];
    expect(Number(leftOut) + picturesIn(page).length).toBe(30 * 2 + 24 * 2);
  });

  it('counts what it does not list, which is never the worst', async () => {
    const sheet = await sheetOf(10);
    expect(sheet.entries).toHaveLength(10);
    expect(sheet.entries[0]?.photo).toBe('20.jpg');
    expect(sheet.sums[0]?.after.files).toBe(30);
    expect(await pageOf(sheet)).toContain('20 more files count in the sums and are not listed.');
  });

  it('cuts a name that has no end', async () => {
    const gathered = collection(true);
    await gathered.add(pairs.slice(0, 1).map(pair => ({ ...pair, photo: '"'.repeat(1000) })));
    const page = await pageOf({ ...about, ...gathered.all() });
    expect(page.match(/(&quot;)+/g)?.every(run => run.length <= 60 * 6)).toBe(true);
  });
});

it('a file that fails under both lists is told, though nothing changed', async () => {
  const failed = { leftOut: 'failed: no memory', isFailure: true };
  const named = { preset: 'feed', format: 'jpeg', width: 1, height: 1, fingerprint: 'a' };
  const gathered = collection(true);
  await gathered.add(pairsOf('a.jpg', [{ ...named, ...failed }], [{ ...named, ...failed }]));
  const sheet = { ...about, ...gathered.all() };
  expect(sheet.entries.some(isFailed)).toBe(true);
  expect(await pageOf(sheet)).toContain('<td>failed: no memory</td>');
});

describe('the likeness to what the encoder was given', () => {
  const scoreOf = ([one]: Rendition[]) => (one && 'file' in one ? one.likeness?.score : undefined);

  it.each([
    [
      'transparency on a background',
      '{ jpeg: { quality: 100, chroma: "4:4:4" } }',
      ", background: '#ff0000'",
    ],
    ['transparency that stays', '{ png: {} }', ''],
    ['Display P3 that stays', '{ jpeg: { quality: 95, chroma: "4:4:4" } }', ', colour: p3'],
    ['Display P3 that becomes sRGB', '{ avif: { quality: 90 } }', ''],
  ])('is near 1 for %s', async (what, formats, more) => {
    const drawn = quarters(400, 300);
    const file = what.startsWith('Display')
      ? await drawn.withIccProfile('p3').png().toBuffer()
      : await drawn.ensureAlpha(0.5).png().toBuffer();
    const made = await developed({ key: 'a.png', file }, listWith(formats, more));
    expect(scoreOf(made)).toBeGreaterThan(0.97);
    if (formats.includes('png')) expect(scoreOf(made)).toBeCloseTo(1, 6);
  });
});

describe('the worst first', () => {
  const side = (bytes: number, score?: number): Side => ({
    ...{ bytes, size: { width: 1, height: 1 }, picture: Buffer.alloc(0) },
    ...(score === undefined ? {} : { score }),
  });
  const entry = (photo: string, before?: Side, after?: Side): Entry => ({
    ...{ photo, preset: 'feed', format: 'jpeg', width: 1 },
    ...(before ? { before } : {}),
    ...(after ? { after } : {}),
  });

  it('is what fails, then what lost, then what grew, then what is new or gone', () => {
    const wanted = [
      entry('fails', side(10, 0.9), { why: 'failed: no memory', isFailure: true }),
      entry('lost much', side(10, 0.9), side(5, 0.8)),
      entry('lost little', side(10, 0.9), side(50, 0.89)),
      entry('grew, unscored', side(10), side(30)),
      entry('grew, better', side(10, 0.9), side(20, 0.95)),
      entry('shrank, hardly less alike', side(10, 0.9), side(5, 0.8997)),
      entry('gone', side(10, 0.9)),
      entry('new', undefined, side(10, 0.9)),
      entry('not smaller', side(10, 0.9), { why: 'left out', isFailure: false }),
    ];
    const names = (entries: Entry[]) => entries.slice(0, 6).map(({ photo }) => photo);
    expect(names([...wanted].reverse().sort(worstFirst))).toEqual(names(wanted));
  });
});

it('the part that is shown close is where the most is lost, within the picture', () => {
  const before = { score: 1, windows: new Float32Array(99 * 74).fill(1), columns: 99 };
  const after = { ...before, windows: Float32Array.from(before.windows) };
  after.windows[70 * 99 + 98] = -1;
  expect(worstPart(before, after, { width: 400, height: 300 })).toEqual({
    ...{ left: 160, top: 140 },
    ...{ width: 240, height: 160 },
  });
});

function picturesIn(page: string): Buffer[] {
  return [...page.matchAll(/src="data:image\/webp;base64,([^"]+)"/g)].map(([, text = '']) =>
    Buffer.from(text, 'base64'),
  );
}

async function widestOf(page: string): Promise<number> {
  const all = await Promise.all(picturesIn(page).map(one => sharp(one).metadata()));
  return Math.max(...all.map(({ width }) => width).filter(width => width !== 240));
}
