import {
  type DerivativeName,
  parseDerivativeKey,
  parseManifestKey,
  manifestKey,
} from '../../shared/core/set/keys.ts';
import { isAged, isSameObject, type Manifest } from '../../shared/core/set/manifest.ts';
import type { Actor, Stage } from './actors.ts';
import type { Change, SimulatedBucket } from './bucket.ts';
import type { SimulatedCdn } from './cdn.ts';
import { BROKEN, contentOf, renditionOf, type Watch } from './codec.ts';
import { isWithheld } from './moderator.ts';
import type { Cloud } from './functions.ts';
import { KEEP_MS } from './lists.ts';
import { isFoundBySweep, isTakenDown } from './looked-after.ts';
import { manifestIn } from './manifest-in.ts';
import { promisesOf } from './promises.ts';

/** What must hold at every step, and what was seen so far. The first thing that does not hold ends the history. */
export interface Judge extends Watch {
  verdict: Verdict | undefined;
  accuse(kind: string, detail: string): void;
  /** Someone works on these originals until the answer is called. */
  enters(about: Pick<Actor, 'keys'>): () => void;
  haunted(actor: Actor, by: 1 | -1): void;
  /** Looks at keys that nobody works on any more. */
  atRest(keys: Iterable<string>): void;
  /** Names that clients were given, of files there or not. */
  urls: Set<string>;
  /** How often a rendition of a content by a recipe was made. */
  renders: Map<string, number>;
  /** What became of the derivatives bucket, in changes. */
  changes: number;
  /** Of any bucket. */
  changesOfAll: number;
  /** By original: processes that were killed while they decoded or encoded it, and marks that arrived too late. */
  deathsInTheCodec: Map<string, number>;
  /** Whose mark of a decoder at work is up. */
  marking: Set<Actor>;
  /** Commands that did not end well: whoever gave them knows. */
  failedCommands: number;
  /** Files that went by a removal that nobody waited for any more. */
  goneLate: Set<string>;
  /** Whatever was promised of it: it is to go, or was gone. */
  mayGo(original: string): void;
  /** A process looked at an original, and saw what is there. */
  looked(actor: Actor, key: string): void;
}

export interface Verdict {
  kind: string;
  detail: string;
}

export interface Accusation extends Verdict {
  /** Of what is about one. */
  original?: string | undefined;
}

const LONGEST_RUN_MS = 1_800_000;

interface Seen {
  isJudged: true | undefined;
  stage: Stage;
  buckets: Record<'originals' | 'derivatives' | 'config', SimulatedBucket>;
  cdn: SimulatedCdn;
  cloud: Cloud;
}

export function judgeOf({ isJudged, stage, buckets, cdn, cloud }: Seen): Judge {
  const { derivatives, originals } = buckets;
  const busy = new Map<string, number>();
  const bytesOf = new Map<string, Buffer>();
  const promises = promisesOf({
    now: () => stage.line.now,
    buckets,
    accuse: (...what) => judge.accuse(...what),
  });
  const unlooked = new Map<Actor, Set<string>>();
  const add = (keys: Iterable<string>, by: number) => {
    for (const key of keys) busy.set(key, (busy.get(key) ?? 0) + by);
  };
  const isBusy = (key: string) =>
    (busy.get(key) ?? 0) > 0 ||
    [...cloud.open].some(({ keys }) => keys.includes(key)) ||
    cloud.failures.some(({ keys }) => keys.includes(key));
  const judge: Judge = {
    verdict: undefined,
    urls: new Set(),
    renders: new Map(),
    changes: 0,
    changesOfAll: 0,
    deathsInTheCodec: new Map(),
    marking: new Set(),
    failedCommands: 0,
    goneLate: new Set(),
    mayGo: original => promises.mayGo(original),
    looked: (actor, key) => {
      unlooked.get(actor)?.delete(key);
    },
    accuse: (kind, detail) => {
      judge.verdict ??= { kind, detail };
    },
    enters: actor => {
      add(actor.keys, 1);
      let isIn = true;
      return () => {
        if (isIn) add(actor.keys, -1);
        isIn = false;
        judge.atRest(actor.keys);
      };
    },
    haunted: (actor, by) => {
      add(actor.keys, by);
      if (by < 0) judge.atRest(actor.keys);
    },
    atRest: keys => {
      // Word was left of what may have taken effect late: that is somebody's work, of the next sweep.
      for (const key of keys) if (!isBusy(key) && !isFoundBySweep(key, buckets)) checkAtRest(key);
    },
    encoded: (original, { key, fingerprint, format }) => {
      const name = parseDerivativeKey(key)?.original;
      const what = `${name} ${original.toString('utf8')} ${fingerprint} ${format}`;
      judge.renders.set(what, (judge.renders.get(what) ?? 0) + 1);
    },
  };

  function checkAtRest(key: string): void {
    const stored = derivatives.objects.get(manifestKey(key));
    // A manifest that arrives late over a tombstone is found by the next sweep: docs/adr/0015.
    if (!stored || isTakenDown(key, buckets)) return;
    for (const { state, key: file } of manifestIn(stored.bytes).variants) {
      if (state !== 'rendered' || derivatives.objects.has(file)) continue;
      judge.accuse('names-missing', `${key}: nobody works on it, its manifest names ${file}`);
    }
  }

  function checkBusiness(key: string, by: Actor | undefined, verb: string): void {
    const original = parseDerivativeKey(key)?.original ?? parseManifestKey(key);
    if (original === undefined || !by || by.keys.has(original)) return;
    judge.accuse('foreign', `${by.name} ${verb} ${key}, and was asked about ${[...by.keys]}`);
  }

  function checkRemoved({ key, before, by, askedAt = stage.line.now }: Change): void {
    checkBusiness(key, by, 'removed');
    const original = parseDerivativeKey(key)?.original;
    // An original that comes back to bytes that it had, while their files are on their way out: they are made anew.
    const isOlder = (before?.modifiedAt ?? 0) <= askedAt;
    if (by?.isLate) judge.goneLate.add(key);
    if (original !== undefined && isOlder) promises.checkGone(key, original, by?.isLate === true);
    else if (parseManifestKey(key) !== undefined) promises.noteNamed(before?.bytes, undefined);
  }

  function checkWritten({
    key,
    before,
    after,
    by,
  }: Change & { after: NonNullable<Change['after']> }): void {
    checkBusiness(key, by, 'wrote');
    const name = parseDerivativeKey(key);
    if (name) {
      const known = bytesOf.get(key);
      checkPublic(key, name, after.bytes);
      if (known && !known.equals(after.bytes))
        judge.accuse('bytes-changed', `${key} has other bytes`);
      bytesOf.set(key, after.bytes);
      judge.goneLate.delete(key);
      cdn.held.add(key);
      if (by && !by.isLate) unlooked.set(by, (unlooked.get(by) ?? new Set()).add(name.original));
    } else if (parseManifestKey(key) !== undefined) {
      const manifest = manifestIn(after.bytes);
      checkManifest(key, manifest);
      // As a take-down: nobody waits with it until caches are over.
      if (manifest.state) judge.mayGo(manifest.original.key);
      checkAge(manifest, before && manifestIn(before.bytes));
      // A run that began before it was there may put its own over it: OSS knows no conditional PUT.
      const isOld = before && stage.line.now - before.modifiedAt > LONGEST_RUN_MS;
      if (isOld) checkVersion(manifestIn(before.bytes), manifest);
      promises.noteNamed(before?.bytes, manifest, by?.isLate);
      // A tombstone needs no original.
      if (!manifest.takenDown) checkLooked(key, by);
    }
  }

  /** No file of a picture that was judged so is ever written, whoever writes it. */
  function checkPublic(key: string, name: DerivativeName, bytes: Buffer): void {
    if (!isJudged) return;
    const contents = Array.from({ length: BROKEN }, (_, number) => contentOf(number));
    const made = contents.find(content => renditionOf(content, name).equals(bytes));
    if (made && isWithheld(made)) judge.accuse('public-though-withheld', `${key} of ${made}`);
  }

  /** The look before the commit: without it a run publishes what is not there any more. */
  function checkLooked(key: string, by: Actor | undefined): void {
    const original = parseManifestKey(key);
    if (!by || !original || !unlooked.get(by)?.has(original)) return;
    judge.accuse(
      'not-looked',
      `${by.name} committed ${key} without a look at its original after its files`,
    );
  }

  /** Who looked at an original may have seen the one that was there a moment ago. */
  function checkAge({ original, variants }: Manifest, before: Manifest | undefined): void {
    const { modifiedAt = 0 } = originals.objects.get(original.key) ?? {};
    const age = stage.line.now - modifiedAt;
    if (age > KEEP_MS || age < LONGEST_RUN_MS) return;
    const known = new Set(before?.variants.filter(isAged).map(({ key }) => key));
    const young = variants.find(one => isAged(one) && !known.has(one.key));
    if (young) judge.accuse('aged-too-early', `${young.key} after ${age} ms`);
  }

  /** The same bytes are the same version, whatever a copy did to the ETag, as long as the manifest tells of them. */
  function checkVersion(before: Manifest, after: Manifest): void {
    if (before.takenDown || after.takenDown) return;
    const { crc64, key } = after.original;
    if (crc64 === undefined || !isSameObject(before.original, after.original)) return;
    if (before.version === after.version) return;
    judge.accuse('copy-is-another-version', `${key}: ${before.version}, then ${after.version}`);
  }

  function checkManifest(key: string, { original, version, variants }: Manifest): void {
    for (const { state, key: file } of variants) {
      judge.urls.add(file);
      const name = parseDerivativeKey(file);
      if (state === 'failed') continue;
      if (name?.version === version && name.original === original.key) continue;
      judge.accuse(
        'two-versions',
        `${key} is of ${original.key} in version ${version}, and names ${file}`,
      );
    }
  }

  buckets.config.watch = ({ key, after, by }) => {
    judge.changesOfAll += 1;
    if (!by || !key.startsWith('crashes/')) return;
    if (after) judge.marking.add(by);
    else judge.marking.delete(by);
  };
  originals.watch = ({ key, by }) => {
    judge.changesOfAll += 1;
    if (by) judge.accuse('original-written', `${by.name} changed ${key}`);
  };
  derivatives.watch = change => {
    judge.changes += 1;
    judge.changesOfAll += 1;
    const { after } = change;
    if (after) checkWritten({ ...change, after });
    else checkRemoved(change);
  };
  return judge;
}
