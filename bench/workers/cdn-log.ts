import { once } from 'node:events';

/** Writes so many lines as Alibaba's CDN logs them, for `darkroom heat --logs -`: `node … cdn-log.ts 1000000`. */

const FORMATS = ['jpg', 'webp', 'avif'];
const WIDTHS = [480, 720, 1080];
const ORIGINALS = 2_000_000;
const AGENTS = [
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.44(0x18002c2f) NetType/WIFI Language/zh_CN',
  'okhttp/4.12.0',
  'Mozilla/5.0 (Linux; Android 13; SM-S908B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Mobile Safari/537.36',
];
const LINES_AT_ONCE = 2000;

let state = 42;
/** Below `most`, the same at every start. */
function drawn(most: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * most);
}

function line(index: number, of: number): string {
  const minute = Math.floor((index / of) * 7 * 24 * 60);
  const [day, hour] = [1 + Math.floor(minute / 1440), Math.floor(minute / 60) % 24];
  const clock = `${String(hour).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:09`;
  // Most views are of few pictures.
  const original = Math.floor((drawn(ORIGINALS) * (drawn(1000) + 1)) / 1000);
  const key = `p/${original % 1000}/%E7%9B%B8${original}.jpg/${original.toString(16).padStart(10, '0')}`;
  const file = `feed-${WIDTHS[drawn(3)]}-0123456789.${FORMATS[drawn(3)]}`;
  const url = `http://cdn.example.com/${key}/${file}`;
  const isHit = drawn(100) < 93 ? 'HIT' : 'MISS';
  return `[${day}/Nov/2026:${clock} +0800] 192.168.15.${drawn(256)} - ${drawn(900)} "https://app.example.com/feed" "GET ${url}" 200 ${300 + drawn(200)} ${9000 + drawn(90_000)} ${isHit} "${AGENTS[drawn(3)]}" "image/webp"\n`;
}

const wanted = Number(process.argv[2] ?? 1e6);
for (let written = 0; written < wanted; ) {
  const count = Math.min(LINES_AT_ONCE, wanted - written);
  const text = Array.from({ length: count }, (_, index) => line(written + index, wanted)).join('');
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  written += count;
}
