import type { Shown } from '../../core/set/client-choice.ts';

/**
 * What systems decode for the apps on them, where no browser engine does. An app that brings decoders of its own has to
 * say so, in Accept or as a client of the list.
 */

const NOTHING_KNOWN: Shown = { avif: undefined, webp: undefined };
const WEBP_AT_LEAST: Shown = { avif: undefined, webp: true };

interface System {
  /** Its version is what the first group finds, with what the second finds behind the point. */
  told: RegExp;
  avif: number;
  webp: number;
}

const SYSTEMS: System[] = [
  // Kernels: 24.1 is that of iOS 18.1 and of macOS 15.1, https://github.com/blacktop/ipsw-diffs/blob/main/18_1_22B5023e__vs_18_1_22B5034e/README.md
  { told: /\bDarwin\/(\d+)/, webp: 20, avif: 22 },
  // WebP: https://github.com/SDWebImage/SDWebImage/issues/3041. AVIF, in apps too: https://github.com/Alamofire/AlamofireImage/issues/461, https://webkit.org/blog/13152/webkit-features-in-safari-16-0/
  { told: /\b(?:iPhone OS|CPU OS|iOS|iPadOS)[ /](\d+)(?:[._](\d+))?/, webp: 14, avif: 16 },
  // Both: https://developer.android.com/media/platform/supported-formats. It says AVIF from 12 on, but 12 and 13 have a
  // video decoder do it: none above 1920 x 1080, https://github.com/coil-kt/coil/issues/1671, nor of odd sizes on some.
  { told: /\bAndroid[ /](\d+)(?:\.(\d+))?/, webp: 4.3, avif: 14 },
];

/** They tell no system. Okhttp runs on Androids with WebP, and on servers; Flutter decodes WebP itself, anywhere. */
const LIBRARIES = /\b(?:okhttp|Dart)\//;

export function shownBySystem(userAgent: string): Shown {
  for (const { told, avif, webp } of SYSTEMS) {
    const [, major, minor = '0'] = told.exec(userAgent) ?? [];
    if (major === undefined) continue;
    const version = Number(`${major}.${minor}`);
    return { avif: version >= avif, webp: version >= webp };
  }
  return LIBRARIES.test(userAgent) ? WEBP_AT_LEAST : NOTHING_KNOWN;
}
