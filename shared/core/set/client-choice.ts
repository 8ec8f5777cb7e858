import { parseDerivativeKey, parseManifestKey } from './keys.ts';
import type { ManifestVariant } from './manifest.ts';
import { type OutputFormat, outputFormats, type PresetList } from '../list/preset-list.ts';

/** Which of a preset's files a client gets that asks for no file by name. */

const AUTO = /^auto\/([a-z][a-z0-9-]*)\/(.+)$/s;

export interface AutoRequest {
  preset: string;
  original: string;
}

/**
 * `auto/{preset}/{original key}`, from a client that holds a key and nothing else. What names a file of a set asks for
 * that file: originals may lie below `auto/`, too.
 */
export function parseAutoKey(key: string): AutoRequest | undefined {
  const [, preset, original] = AUTO.exec(key) ?? [];
  if (!preset || !original || parseDerivativeKey(key) || parseManifestKey(key)) return undefined;
  return { preset, original };
}

/** Undefined where nobody knows. */
export interface Shown {
  avif: boolean | undefined;
  webp: boolean | undefined;
}

/** What a request says of its client; whatever it does not say is undefined. */
export interface ClientFacts {
  /** By the query, which whoever wrote it can mend. */
  asked: {
    client: string | undefined;
    /** Of what has to be a number above 0, what is none. */
    unread: ('w' | 'dpr')[];
  };
  /** A name of the list's `clients`, from the query or from the User-Agent. */
  client: string | undefined;
  /** Newer formats that it says it shows; undefined where it names none at all. */
  accepts: { avif: boolean; webp: boolean } | undefined;
  /** Those that its User-Agent is known to show, or not to show. */
  shows: Shown;
  /** CSS pixels. */
  width: number | undefined;
  density: number | undefined;
  /** Physical pixels, where the client said so itself. */
  pixels: number | undefined;
  savesData: boolean;
}

/** Smaller first: what a client that takes several is given. */
const PREFERENCE = { avif: 0, webp: 1, jpeg: 2, png: 3 } satisfies Record<OutputFormat, number>;

/** Of clients that a list says nothing of: what they show besides is off until one does. */
const UNLESS_DECLARED = new Map<string, OutputFormat[]>([
  ['mini-program', ['webp', 'jpeg', 'png']],
  ['harmony', ['webp', 'jpeg', 'png']],
]);

/** What is wrong with a question, in a sentence; it tells nothing that the published list does not. */
export function mistakeIn(
  { asked }: ClientFacts,
  clients: PresetList['clients'],
): string | undefined {
  const [parameter] = asked.unread;
  if (parameter) return `expected ${parameter} as a number above 0`;
  const known = [...new Set([...Object.keys(clients), ...UNLESS_DECLARED.keys()])];
  if (asked.client === undefined || known.includes(asked.client)) return undefined;
  return `expected client as one of ${known.join(', ')}`;
}

const byPreference = [...outputFormats].sort((a, b) => PREFERENCE[a] - PREFERENCE[b]);

export function chosenVariant(
  variants: ManifestVariant[],
  facts: ClientFacts,
  clients: PresetList['clients'],
): ManifestVariant | undefined {
  const shown = variants.filter(({ state }) => state === 'rendered' || state === 'on_demand');
  const { client = '' } = facts;
  const profile = Object.hasOwn(clients, client) ? clients[client] : undefined;
  const declared = profile?.formats ?? UNLESS_DECLARED.get(client);
  const formats = byPreference.filter(format => isShown(format, facts, declared));
  const format = formats.find(one => shown.some(variant => variant.format === one));
  const ascending = shown
    .filter(variant => variant.format === format)
    .sort((a, b) => a.width - b.width);
  const needed = neededPixels(facts, profile?.density);
  return ascending.find(({ width }) => width >= needed) ?? ascending.at(-1);
}

/**
 * A named client shows what its profile says, unless it says less itself or its system is known to show less; JPEG and
 * PNG are everyone's.
 */
function isShown(
  format: OutputFormat,
  { accepts, shows }: ClientFacts,
  profile: OutputFormat[] | undefined,
): boolean {
  if (profile && !profile.includes(format)) return false;
  if (format === 'jpeg' || format === 'png') return true;
  return accepts?.[format] ?? shows[format] ?? profile !== undefined;
}

/** Without a word of its size a client gets the widest. */
function neededPixels(facts: ClientFacts, most = Number.POSITIVE_INFINITY): number {
  const { width, pixels, savesData } = facts;
  const density = savesData ? 1 : Math.min(facts.density ?? 1, most);
  if (width !== undefined) return width * density;
  return pixels ?? Number.POSITIVE_INFINITY;
}
