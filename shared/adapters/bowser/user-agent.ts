import Bowser from 'bowser';
import type { Shown } from '../../core/set/client-choice.ts';
import { shownBySystem } from './system-decoders.ts';

/** What a User-Agent tells where no Accept and no client hint does; versions: https://caniuse.com/avif, /webp. */

export interface Agent {
  /** Of the list's clients. */
  client: 'mini-program' | 'harmony' | undefined;
  shows: Shown;
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
/** Of Chromium, which the browsers of many apps are built on: with what AV1 decoder, each decides itself. */
const WEBP_IN_CHROMIUM = 32;
const AVIF_IN_CHROMIUM = 85;

/** Mini-programs run in the WebView of their app, whatever it can show otherwise; HarmonyOS NEXT in ArkWeb. */
const MINI_PROGRAM = /miniProgram|swan-baiduboxapp|ToutiaoMicroApp/i;
const HARMONY = /ArkWeb|OpenHarmony|HarmonyOS/i;
/** Every browser there is WebKit, which decodes by the system. Windows Phones say that they are like one. */
const IOS = /\((?:iPhone|iPad|iPod)\b/;
const CHROMIUM = /\bChrom(?:e|ium)\/(\d+)/;
const OTHER_ENGINE = /\b(?:Gecko\/|Trident\/|Edge\/|MSIE )/;
/** WeChat's own engine for Android, from Chromium; the only one of mini-programs that tells its version. */
const XWEB = /\bXWEB\/\d/;

/** Of apps and browsers, those of WeChat are the longest, some 400. Time grows with the square of it. */
const MOST_CHARACTERS = 2048;
/** No version; bowser 2 ends with a RangeError where one has more than 20. */
const MANY_DIGITS = /[\d_]{16,}/g;

export function agentOf(told: string): Agent {
  const userAgent = told.slice(0, MOST_CHARACTERS).replace(MANY_DIGITS, '0');
  if (MINI_PROGRAM.test(userAgent)) {
    return { client: 'mini-program', shows: { webp: true, avif: isAvifInMiniProgram(userAgent) } };
  }
  if (HARMONY.test(userAgent)) return { client: 'harmony', shows: { avif: undefined, webp: true } };
  const shows = isBrowser(userAgent) ? shownByBrowser(userAgent) : shownBySystem(userAgent);
  return { client: undefined, shows };
}

/** Only what tells a system or an engine; that it counts at all, the list has to say. */
function isAvifInMiniProgram(userAgent: string): boolean {
  if (IOS.test(userAgent)) return shownBySystem(userAgent).avif === true;
  return XWEB.test(userAgent) && chromiumOf(userAgent) >= AVIF_IN_CHROMIUM;
}

function isBrowser(userAgent: string): boolean {
  if (IOS.test(userAgent)) return false;
  return /^Mozilla\/|^Opera\//.test(userAgent) && !isPlainAndroid(userAgent);
}

/** The browser that came with Android before 4.4, and those that say no more than it: the system decodes. */
function isPlainAndroid(userAgent: string): boolean {
  const isAndroid = /\bAndroid\b/.test(userAgent) && !/\bWindows Phone\b/.test(userAgent);
  return isAndroid && !CHROMIUM.test(userAgent) && !OTHER_ENGINE.test(userAgent);
}

function shownByBrowser(userAgent: string): Shown {
  const browser = Bowser.getParser(userAgent);
  const isKnown = browser.satisfies(anyVersion) !== undefined;
  if (isKnown) {
    const isAtLeast = (versions: Record<string, string>) => browser.satisfies(versions) === true;
    return { avif: isAtLeast(AVIF), webp: isAtLeast(WEBP) };
  }
  const chromium = chromiumOf(userAgent);
  if (chromium === 0) return { avif: undefined, webp: undefined };
  const isOld = chromium < AVIF_IN_CHROMIUM;
  return { avif: isOld ? false : undefined, webp: chromium >= WEBP_IN_CHROMIUM };
}

const anyVersion = Object.fromEntries(Object.keys(AVIF).map(name => [name, '>=0']));

function chromiumOf(userAgent: string): number {
  return Number(CHROMIUM.exec(userAgent)?.[1] ?? 0);
}
