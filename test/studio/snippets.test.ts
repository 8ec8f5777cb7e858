import { expect, it } from 'vitest';
import { snippetsOf } from '../../studio/snippets.ts';
import type { Photo, Place } from '../../studio/wire.ts';

const CDN = 'http://localhost:1';
const place: Place = { cdn: CDN, clients: {}, presets: [] };

function snippets(key: string) {
  const url = `${CDN}/${encodeURIComponent(key)}`;
  const variant = { preset: 'feed', format: 'jpeg', width: 480, height: 360 };
  const photo: Photo = {
    entry: { key, bytes: 1, state: 'ready', done: 1, wanted: 1 },
    files: [],
    manifest: {
      original: { width: 480, height: 360, alpha: false },
      variants: [{ ...variant, state: 'rendered', key: `${key}/feed-480.jpg` }],
    },
    manifestUrl: `${url}/manifest.json`,
  };
  return snippetsOf(photo, { preset: 'feed', place });
}

it.each([
  `'}); stolen(document.cookie); ({a: '.jpg`,
  '"><img src=x onerror=alert(1)>.jpg',
  "it's `x` \\.jpg",
  'new\nline.jpg',
])('code to copy holds a key as data, whatever it is: %j', key => {
  const script = snippets(key).find(({ name }) => name === 'darkroom/client')?.text ?? '';
  const body = script.replace(/^import.*$/m, '').replaceAll('await', '');
  const run = new Function('fetch', 'sourcesOf', 'stolen', `${body}\nreturn img;`);
  const fetched: string[] = [];
  const fetch = (url: string) => {
    fetched.push(url);
    return { json: () => ({}) };
  };
  const stolen = () => expect.fail('the key was run');
  const sourcesOf = (_: unknown, look: { alt: string }) => ({ img: look.alt });
  expect(run(fetch, sourcesOf, stolen)).toBe(key);
  expect(fetched).toEqual([`${CDN}/${encodeURIComponent(key)}/manifest.json`]);
});
