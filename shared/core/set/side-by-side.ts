import * as z from 'zod';
import { parseDerivativeKey, parseManifestKey, unusableKey } from './keys.ts';

/**
 * A listing of originals beside one of the derivatives bucket, in constant memory: each original with what lies in the
 * place of its set. Pure: whoever walks says what each listing has next, and keeps the place, from which anyone goes on.
 *
 * The listings differ in their order. Originals come by their keys, what belongs to one by `key/…`: so `a.jpg!x` comes
 * after `a.jpg`, and its set before that of `a.jpg`. An original is held back while one may follow whose set comes first;
 * those held all begin with each other, so that there are no more than a key has characters. In the same way a set stays
 * open while others lie within it, as that of `a/b.jpg/c.png` within that of `a/b.jpg`.
 */

const listedSchema = z.strictObject({
  key: z.string(),
  etag: z.string(),
  bytes: z.int(),
  modifiedAt: z.iso.datetime(),
  isLink: z.literal(true).optional().describe('a symlink, with its own ETag and size'),
  isArchived: z.literal(true).optional().describe('cannot be read until somebody restores it'),
});

/** One original, the place of its set, or both. */
const pairSchema = z.strictObject({
  key: z.string().describe('of the original'),
  original: listedSchema.optional().describe('absent where it was not listed'),
  files: z.int().describe('derivatives of it, of any version'),
  version: z.string().optional().describe('of the first of them'),
  isMixed: z.boolean().describe('they are of more than one version'),
  youngestAt: z.iso.datetime().optional().describe('of them'),
  oldestAt: z
    .record(z.string(), z.iso.datetime())
    .optional()
    .describe('the same of the other end, by preset'),
  manifestAt: z.iso.datetime().optional().describe('when it was last written'),
});
export type Pair = z.infer<typeof pairSchema>;

export const placeSchema = z.strictObject({
  originals: z.string().optional().describe('the last that was taken of the listing'),
  objects: z.string().optional().describe('the same, of the derivatives bucket'),
  held: z.array(listedSchema),
  open: z.array(pairSchema),
});
export type Place = z.infer<typeof placeSchema>;

export function startingPlace(): Place {
  return { held: [], open: [] };
}

export interface ListedFile {
  key: string;
  modifiedAt: Date;
}

interface ListedOriginal extends ListedFile {
  etag: string;
  bytes: number;
  isLink?: true;
  isArchived?: true;
}

export interface Step {
  place: Place;
  /** Which listing moves on by one. */
  took?: 'original' | 'object';
  /** All that there is of it was seen. */
  closed?: Pair;
}

/** One step on, given what each listing has next; undefined when all is done. */
export function stepOn(
  place: Place,
  original: ListedOriginal | undefined,
  object: ListedFile | undefined,
): Step | undefined {
  const { held, open } = place;
  const due = held.at(-1);
  if (original && (!due || byteOrder(inPlace(original.key), inPlace(due.key)) < 0)) {
    const listed = inWriting(original);
    return {
      took: 'original',
      place: { ...place, originals: original.key, held: [...held, listed] },
    };
  }
  const isDue = due && (!object || byteOrder(inPlace(due.key), object.key) < 0);
  const position = isDue ? inPlace(due.key) : object?.key;
  const last = open.at(-1);
  if (last && !position?.startsWith(inPlace(last.key))) {
    return { closed: last, place: { ...place, open: open.slice(0, -1) } };
  }
  if (isDue) {
    const opened = { ...newPair(due.key), original: due };
    return { place: { ...place, held: held.slice(0, -1), open: [...open, opened] } };
  }
  if (!object) return undefined;
  return {
    took: 'object',
    place: { ...place, objects: object.key, open: withObject(open, object) },
  };
}

function inWriting(original: ListedOriginal): Place['held'][number] {
  const { key, etag, bytes, modifiedAt, isLink, isArchived } = original;
  const kind = { ...(isLink ? { isLink } : {}), ...(isArchived ? { isArchived } : {}) };
  return { key, etag, bytes, modifiedAt: modifiedAt.toISOString(), ...kind };
}

/** As OSS orders keys: by the bytes of UTF-8. JavaScript's own order has emoji before `｡`. */
export function byteOrder(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index += 1) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x !== y) return inUtf8(x) - inUtf8(y);
  }
  return a.length - b.length;
}

/** Halves of a surrogate pair stand for what comes after all that needs no pair. */
function inUtf8(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** What all of its set begins with. */
function inPlace(original: string): string {
  return `${original}/`;
}

function newPair(key: string): Pair {
  return { key, files: 0, isMixed: false };
}

/** Foreign objects, and those of keys that nothing is made of, are passed over. */
function withObject(open: Pair[], { key, modifiedAt }: ListedFile): Pair[] {
  const name = parseDerivativeKey(key);
  const owner = name?.original ?? parseManifestKey(key);
  if (owner === undefined || unusableKey(owner)) return open;
  const at = modifiedAt.toISOString();
  const add = (pair: Pair) => (name ? withFile(pair, name, at) : { ...pair, manifestAt: at });
  const known = open.findIndex(pair => pair.key === owner);
  if (known >= 0) return open.with(known, add(open[known] ?? newPair(owner)));
  // What is open begins with each other: its place is by its length.
  const next = open.findIndex(pair => pair.key.length > owner.length);
  return open.toSpliced(next < 0 ? open.length : next, 0, add(newPair(owner)));
}

function withFile(
  pair: Pair,
  { version, preset }: { version: string; preset: string },
  at: string,
): Pair {
  const { youngestAt = at, oldestAt: oldest = {} } = pair;
  const { [preset]: oldestAt = at } = oldest;
  return {
    ...pair,
    files: pair.files + 1,
    version: pair.version ?? version,
    isMixed: pair.isMixed || (pair.version ?? version) !== version,
    youngestAt: at > youngestAt ? at : youngestAt,
    oldestAt: { ...oldest, [preset]: oldestAt < at ? oldestAt : at },
  };
}
