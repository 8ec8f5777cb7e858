import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { Focus } from '../../shared/core/picture/focus.ts';
import type { Manifest } from '../../shared/core/set/manifest.ts';
import { publishedFrom } from '../../shared/core/list/published.ts';
import { reconcile } from '../../shared/pipeline/develop/reconcile.ts';
import { textFrom } from '../../shared/core/watermark/mark-text.ts';
import { testDarkroom } from '../support/darkrooms.ts';
import { etagOf } from '../support/memory-store.ts';
import { listOf } from '../support/preset-lists.ts';

export const DEFAULT = readFileSync(new URL('../../presets.yaml', import.meta.url), 'utf8');

/** Boxes of every fit, widths of one format only, and a condition that a client can see. */
export const SHAPES = `
version: 1
epoch: 7
metadata: { copyright: keep }
rules: [{ match: '**', presets: [fill, box, icon, frame, wide, long, sharp] }]
presets:
  - { name: fill, device: phone, widths: [100, 333], aspect: '16:9', fit: fill, formats: { jpeg: {}, webp: { widths: [333] } } }
  - { name: box, device: desktop, width: 300, height: 200, formats: { jpeg: {}, webp: {} } }
  - { name: icon, width: 64, height: 64, fit: cover, formats: { png: {} } }
  - { name: frame, widths: [640, 50], aspect: '2:3', fit: contain, background: '#ABCDEF', formats: { avif: {}, jpeg: {} } }
  - name: wide
    widths: [1080, 200]
    aspect: '3:1'
    fit: cover
    gravity: attention
    sharpen: 0.5
    colour: p3
    hdr: keep
    adjust: [{ when: { tallerThan: 3 }, gravity: north }]
    formats: { jpeg: { mozjpeg: true }, webp: { keepIfSmallerBy: 0.01 } }
  - { name: long, widths: [240], when: { tallerThan: 3, smallerThan: 9000 }, formats: { jpeg: {}, webp: {} } }
  - name: sharp
    widths: [120, 240, 500]
    aspect: '3:2'
    fit: cover
    gravity: entropy
    adjust:
      - { when: { tallerThan: 4 }, formats: { jpeg: { quality: 95 } } }
      - { when: { tallerThan: 1.5 }, fit: contain }
      - { when: { widerThan: 4, format: [jpeg] }, fit: inside, gravity: centre }
    formats: { jpeg: { dpr2: { quality: 60 }, dpr3: { quality: 50 } }, webp: {} }
`;

/** Whose files say what was said of each picture, and what the list says. */
export const MARKED = `
version: 1
rules: [{ match: '**', presets: [by, price, plain] }]
presets:
  - name: by
    widths: [100, 333]
    formats: { jpeg: {}, webp: {} }
    watermark: [{ text: '@{user} {constructor}', font: fonts/a.ttf, size: 5 }, { text: '{user}', font: fonts/a.ttf, size: 9 }]
  - { name: price, widths: [120, 600], formats: { jpeg: {} }, watermark: [{ text: $, font: fonts/a.ttf, size: 5 }] }
  - { name: plain, widths: [100], formats: { jpeg: {} } }
`;

/** An original through the real pipeline, without pixels, as those who show it know it. */
export async function developed(
  yaml: string,
  key: string,
  size: { width: number; height: number },
  { focus, texts }: { focus?: Focus | undefined; texts?: Record<string, string> } = {},
) {
  const darkroom = testDarkroom(yaml);
  const bytes = Buffer.from(`jpeg ${size.width}x${size.height}`);
  darkroom.originals.upload(key, bytes);
  darkroom.originals.say(key, focus);
  const said = Object.entries(texts ?? {}).map(([word, text]) => [word, saidBy(text)]);
  if (texts) darkroom.originals.sayWords(key, Object.fromEntries(said));
  await reconcile(key, darkroom);
  const manifest = darkroom.manifest(key);
  if (!manifest) throw new Error(`no manifest of ${key}`);
  const presets = publishedFrom(listOf(yaml));
  return {
    manifest,
    presets,
    original: { key, etag: etagOf(bytes), presets, size, focus, texts },
    keys: darkroom.derivatives.keys().filter(one => !one.endsWith('/manifest.json')),
  };
}

/** As a header brings it. */
const saidBy = (text: string) => (/\p{Cs}/u.test(text) ? null : textFrom(encodeURIComponent(text)));

const oddities = [
  ' ',
  '+',
  '%',
  '%2F',
  '?',
  '#',
  '&',
  '"',
  "'",
  ',',
  '巴黎',
  '😀',
  'é',
  '//',
  '.',
  'a',
  '7',
];

/** Keys that OSS takes; none begins with a slash or has a dot segment. */
export const keys = fc
  .array(fc.constantFrom(...oddities), { minLength: 1, maxLength: 8 })
  .map(parts => `u${parts.join('')}x.jpg`)
  .filter(key => !key.split('/').some(segment => segment === '.' || segment === '..'));

export function photo(
  facts: Partial<Manifest['original']>,
  variants: Manifest['variants'],
): Manifest {
  return {
    schema: 1,
    version: '0123456789',
    original: { key: 'a.jpg', etag: 'E', bytes: 1, ...facts },
    presets: 'f',
    complete: true,
    variants,
    retired: [],
    committedAt: '2026-11-24T00:00:00.000Z',
  };
}

/** `feed-480.avif`, `feed-480x320.jpeg on_demand` … as entries of a manifest. */
export function entries(...words: string[]): Manifest['variants'] {
  return words.map(word => {
    const [, preset = '', width, height, format, state = 'rendered'] =
      /^(\w+)-(\d+)(?:x(\d+))?\.(\w+)(?: (\w+))?$/.exec(word) ?? [];
    const named = { preset, width: Number(width), height: Number(height ?? width) };
    const key = `a.jpg/0123456789/${preset}-${width}.${format}`;
    return {
      state,
      ...named,
      format,
      fingerprint: 'f',
      key,
      bytes: 1,
    } as unknown as Manifest['variants'][number];
  });
}
