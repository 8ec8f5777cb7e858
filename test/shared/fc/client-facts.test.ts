import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentOf } from '../../../shared/adapters/bowser/user-agent.ts';
import { chosenVariant } from '../../../shared/core/set/client-choice.ts';
import type { PresetList } from '../../../shared/core/list/preset-list.ts';
import type { ManifestVariant } from '../../../shared/core/set/manifest.ts';
import { clientFacts } from '../../../shared/fc/client-facts.ts';
import { defaultList } from '../../support/preset-lists.ts';
import {
  ARKWEB,
  MINI_PROGRAM_ANDROID,
  MINI_PROGRAM_ANDROID_OLD,
  MINI_PROGRAM_IOS_15,
  MINI_PROGRAM_IOS_17,
  SENT,
} from '../../support/user-agents.ts';

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';
const SAFARI_15 =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 15_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.6 Mobile/15E148 Safari/604.1';
const SAFARI_17 = SAFARI_15.replace('15_6', '17_2').replace('Version/15.6', 'Version/17.2');
const IE = 'Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko';

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
const chosen = (
  headers: Record<string, string>,
  query: Record<string, string> = {},
  of: PresetList['clients'] = clients,
) => {
  const facts = clientFacts({ method: 'GET', key: '', headers, query }, agentOf);
  return chosenVariant(variants, facts, of)?.key;
};

describe('a client that names no file is given', () => {
  it.each<[string, Record<string, string>, string]>([
    ['AVIF where it accepts both', { accept: 'image/avif,image/webp,*/*' }, '1080.avif'],
    ['WebP where it accepts that alone', { accept: 'image/webp,*/*' }, '1080.webp'],
    ['not what it refuses', { accept: 'image/webp, image/avif;q=0, */*' }, '1080.webp'],
    ['nor by its User-Agent', { accept: 'image/avif; q=0.0', 'user-agent': CHROME }, '1080.jpeg'],
    ['what it takes at a pinch', { accept: 'IMAGE/AVIF;v=1;q=0.01' }, '1080.avif'],
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
    ['never AVIF in a mini-program', { 'user-agent': MINI_PROGRAM_IOS_17 }, '1080.webp'],
    [
      'never AVIF in a mini-program, whatever its WebView accepts',
      { 'user-agent': MINI_PROGRAM_IOS_17, accept: 'image/avif,image/webp' },
      '1080.webp',
    ],
    [
      'never AVIF on HarmonyOS',
      { 'user-agent': ARKWEB, accept: 'image/avif,image/webp' },
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

describe('a User-Agent that comes without a word of formats is given', () => {
  it.each(SENT)('$given: $why ($userAgent)', ({ userAgent, given }) => {
    expect(chosen({ accept: '*/*', 'user-agent': userAgent })).toBe(`1080.${given}`);
  });

  it('one answer for each format and no more, of all that are known', () => {
    const answers = new Set(SENT.map(one => chosen({ 'user-agent': one.userAgent })));
    expect(SENT.length).toBeGreaterThanOrEqual(60);
    expect([...answers].sort()).toEqual(['1080.avif', '1080.jpeg', '1080.webp']);
  });

  it('no more answers than the preset has files, whatever places there are to fill', () => {
    const answers = new Set(
      SENT.flatMap(({ userAgent }) =>
        ['160', '320', '375', '390', '412', '768', '1440'].flatMap(w =>
          ['1', '2', '3', '3.5'].map(dpr => chosen({ 'user-agent': userAgent }, { w, dpr })),
        ),
      ),
    );
    expect(answers.size).toBe(variants.length);
  });

  it.each([
    ['of more digits than any', `Mozilla/5.0 (X11) Chrome/${'1'.repeat(21)} Safari/537.36`],
    ['of places without a point', `Mozilla/5.0 (X11) Chrome/1${'_1'.repeat(10)} Safari/537.36`],
    ['of Safari', `Mozilla/5.0 (Macintosh) Version/${'9'.repeat(400)} Safari/605.1.15`],
    ['of a browser of Samsung', `Mozilla/5.0 (X11) SamsungBrowser/${'7'.repeat(64)} Mobile`],
  ])('what everyone shows, for a version %s', (_what, userAgent) => {
    expect(chosen({ 'user-agent': userAgent })).toBe('1080.jpeg');
  });

  it('what its beginning tells, and no more of it is read than any app sends', () => {
    const behind = (characters: number) => `${' '.repeat(characters)}miniProgram`;
    expect(agentOf(`${CHROME}${behind(400)}`).client).toBe('mini-program');
    expect(agentOf(`${CHROME}${behind(64_000)}`)).toEqual(agentOf(CHROME));
  });

  it('something, and never an exception, whatever it sends', () => {
    const words = fc.constantFrom(...SENT.flatMap(one => one.userAgent.split(/(?=[ ;(/])/)));
    const made = fc.array(fc.oneof(words, fc.string()), { maxLength: 12 });
    fc.assert(
      fc.property(made, parts => {
        const key = chosen({ 'user-agent': parts.join('') });
        expect(key).toMatch(/^1080\.(avif|webp|jpeg)$/);
      }),
    );
  });
});

describe('what the list declares is the bound', () => {
  const avifToo = { formats: ['avif', 'webp', 'jpeg'] as const, density: 3 };
  const list = (name: string): PresetList['clients'] => ({
    [name]: { ...avifToo, formats: [...avifToo.formats] },
  });

  it.each([
    ['AVIF to a mini-program on iOS 17 only where it is declared', MINI_PROGRAM_IOS_17, 'avif'],
    ['no AVIF on iOS 15, though it is declared', MINI_PROGRAM_IOS_15, 'webp'],
    ['AVIF to one whose engine is new enough', MINI_PROGRAM_ANDROID, 'avif'],
    ['no AVIF to one whose engine is older', MINI_PROGRAM_ANDROID_OLD, 'webp'],
  ])('%s', (_rule, userAgent, best) => {
    const headers = { 'user-agent': userAgent };
    expect(chosen(headers, {}, list('mini-program'))).toBe(`1080.${best}`);
    expect(chosen(headers, { client: 'mini-program' }, list('mini-program'))).toBe(`1080.${best}`);
    expect(chosen(headers, {}, {})).toBe('1080.webp');
  });

  it('AVIF to HarmonyOS only where it is declared', () => {
    expect(chosen({ 'user-agent': ARKWEB }, {}, list('harmony'))).toBe('1080.avif');
    expect(chosen({ 'user-agent': ARKWEB }, {}, {})).toBe('1080.webp');
  });

  it.each([
    ['a client that the list names, where its User-Agent tells no more', 'okhttp/4.12.0', 'avif'],
    ['less where its system is known to show less', 'Album/2 CFNetwork/1335 Darwin/21.6.0', 'webp'],
    ['less where its system is too old for both', 'Album/2 CFNetwork/1128 Darwin/19.6.0', 'jpeg'],
  ])('%s', (_rule, userAgent, best) => {
    expect(chosen({ 'user-agent': userAgent }, { client: 'ios' })).toBe(`1080.${best}`);
  });

  it('an app that has a decoder of its own, and says so', () => {
    const headers = { 'user-agent': 'Album/2 CFNetwork/1335 Darwin/21.6.0', accept: 'image/avif' };
    expect(chosen(headers, { client: 'ios' })).toBe('1080.avif');
  });

  it.each(['constructor', '__proto__', 'toString', ''])(
    'nothing, of a client called %s',
    client => {
      expect(chosen({ 'user-agent': 'curl/8.0' }, { client })).toBe('1080.jpeg');
    },
  );
});
