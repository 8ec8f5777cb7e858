import { describe, expect, it } from 'vitest';
import { agentOf } from '../../../shared/adapters/bowser/user-agent.ts';
import { chosenVariant } from '../../../shared/core/set/client-choice.ts';
import type { ManifestVariant } from '../../../shared/core/set/manifest.ts';
import { clientFacts } from '../../../shared/fc/client-facts.ts';
import { defaultList } from '../../support/preset-lists.ts';

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';
const SAFARI_15 =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 15_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.6 Mobile/15E148 Safari/604.1';
const SAFARI_17 = SAFARI_15.replace('15_6', '17_2').replace('Version/15.6', 'Version/17.2');
const IE = 'Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko';
const MINI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.44 NetType/WIFI Language/zh_CN miniProgram/wx123';
const HARMONY =
  'Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile';

const formats = ['jpeg', 'webp', 'avif'] as const;
const variants: ManifestVariant[] = [480, 720, 1080].flatMap(width =>
  formats.map(format => ({
    state: 'rendered' as const,
    preset: 'feed',
    format,
    width,
    height: width,
    fingerprint: '0123456789',
    key: `${width}.${format}`,
    bytes: 1,
    renderedAt: '2026-11-23T10:00:00.000Z',
  })),
);

const { clients } = defaultList();
const chosen = (headers: Record<string, string>, query: Record<string, string> = {}) => {
  const facts = clientFacts({ method: 'GET', key: '', headers, query }, agentOf);
  return chosenVariant(variants, facts, clients)?.key;
};

describe('a client that names no file is given', () => {
  it.each<[string, Record<string, string>, string]>([
    ['AVIF where it accepts both', { accept: 'image/avif,image/webp,*/*' }, '1080.avif'],
    ['WebP where it accepts that alone', { accept: 'image/webp,*/*' }, '1080.webp'],
    ['JPEG where it says nothing at all', {}, '1080.jpeg'],
    [
      'JPEG where it accepts anything and is unknown',
      { accept: '*/*', 'user-agent': 'curl/8.0' },
      '1080.jpeg',
    ],
    ['by its User-Agent, a browser of today', { accept: '*/*', 'user-agent': CHROME }, '1080.avif'],
    ['by its User-Agent, an older iPhone', { accept: '*/*', 'user-agent': SAFARI_15 }, '1080.webp'],
    ['by its User-Agent, a newer iPhone', { 'user-agent': SAFARI_17 }, '1080.avif'],
    ['by its User-Agent, a browser of old', { 'user-agent': IE }, '1080.jpeg'],
    ['never AVIF in a mini-program', { 'user-agent': MINI }, '1080.webp'],
    [
      'never AVIF in a mini-program, whatever its WebView accepts',
      { 'user-agent': MINI, accept: 'image/avif,image/webp' },
      '1080.webp',
    ],
    [
      'never AVIF on HarmonyOS',
      { 'user-agent': HARMONY, accept: 'image/avif,image/webp' },
      '1080.webp',
    ],
  ])('%s', (_rule, headers, key) => {
    expect(chosen(headers)).toBe(key);
  });

  const webp = { accept: 'image/webp' };
  it.each<[string, Record<string, string>, Record<string, string>, string]>([
    ['the smallest that is enough', webp, { w: '400' }, '480.webp'],
    ['as many pixels as its density asks', webp, { w: '400', dpr: '1.5' }, '720.webp'],
    ['the widest where none is enough', webp, { w: '4000' }, '1080.webp'],
    [
      'what its hints say',
      { ...webp, 'sec-ch-viewport-width': '360', 'sec-ch-dpr': '2' },
      {},
      '720.webp',
    ],
    ['the width that it measured itself', { ...webp, 'sec-ch-width': '481' }, {}, '720.webp'],
    [
      'one pixel for one where it saves data',
      { ...webp, 'save-data': 'on' },
      { w: '400', dpr: '3' },
      '480.webp',
    ],
    [
      'no more density than its profile is worth',
      webp,
      { w: '240', dpr: '9', client: 'web' },
      '720.webp',
    ],
    [
      'the formats of the client it names',
      { accept: 'image/avif,image/webp' },
      { client: 'harmony' },
      '1080.webp',
    ],
    ['something, whatever nonsense it says', webp, { w: '-1', dpr: 'NaN' }, '1080.webp'],
  ])('%s', (_rule, headers, query, key) => {
    expect(chosen(headers, query)).toBe(key);
  });
});
