import Bowser from 'bowser';

/** What a User-Agent tells where no Accept and no client hint does; versions: https://caniuse.com/avif, /webp. */

export interface Agent {
  /** Of the list's clients. */
  client: 'mini-program' | 'harmony' | undefined;
  shows: { avif: boolean; webp: boolean };
}

const AVIF = {
  chrome: '>=85',
  edge: '>=121',
  firefox: '>=93',
  safari: '>=16.4',
  opera: '>=71',
  samsung_internet: '>=14',
};
const WEBP = {
  chrome: '>=32',
  edge: '>=18',
  firefox: '>=65',
  safari: '>=14',
  opera: '>=19',
  samsung_internet: '>=4',
};

/** Mini-programs run in the WebView of their app, whatever it can show otherwise; HarmonyOS NEXT in ArkWeb. */
const MINI_PROGRAM = /miniProgram|MiniProgramEnv|swan-baiduboxapp|AlipayClient.*MiniProgram/i;
const HARMONY = /ArkWeb|OpenHarmony|HarmonyOS/i;

export function agentOf(userAgent: string): Agent {
  if (MINI_PROGRAM.test(userAgent))
    return { client: 'mini-program', shows: { avif: false, webp: true } };
  if (HARMONY.test(userAgent)) return { client: 'harmony', shows: { avif: false, webp: true } };
  if (userAgent === '') return { client: undefined, shows: { avif: false, webp: false } };
  const browser = Bowser.getParser(userAgent);
  const isAtLeast = (versions: Record<string, string>) => browser.satisfies(versions) === true;
  return { client: undefined, shows: { avif: isAtLeast(AVIF), webp: isAtLeast(WEBP) } };
}
