import type { SetFile } from '../core/set/findings.ts';
import type { Manifest } from '../core/set/manifest.ts';
import type { Codec, ListInForce, Log, Marks, Moderator, ObjectStore, Span } from '../ports.ts';

/** The three buckets; a use case names those that it needs by `Pick`. */
export interface Stores {
  originals: ObjectStore;
  derivatives: ObjectStore;
  /** Preset lists, take-downs, purges that wait, records of runs. */
  config: ObjectStore;
}

export interface Clock {
  now(): Date;
}

/** What an instance remembers of moderation between events. */
export interface ModerationMemory {
  /** Of the day's budget: the share that was taken last, and how many of it are left. */
  share?: { of: string; left: number };
  /** What must not come again, as it was listed last. */
  known?: { listedAt: number; hashes: { phash: string; id: string }[] };
}

/** All that one key's work needs; an entry opens it. */
export interface Darkroom extends Omit<Stores, 'config'>, Clock {
  /** Undefined where there are neither take-downs nor purges, as in `darkroom render`. */
  config: ObjectStore | undefined;
  listInForce: ListInForce;
  marks: Marks;
  /** Whether a CDN keeps copies of what is removed. */
  isBehindCdn: boolean;
  /** Look for a take-down before any work, not only after it: someone says that there is one. */
  expectsTakeDown?: boolean;
  codec: Codec;
  /** Undefined where nothing is published, as in `darkroom render`. */
  moderation?: { moderator: Moderator; memory: ModerationMemory } | undefined;
  /** What is published without a verdict is judged, too. */
  judgesPublished?: boolean;
  log: Log;
  /** Where traces are wanted: see develop/traced.ts. */
  span?: Span;
  /** 0 for an event's first delivery; undefined where FC does not say. */
  attempt: number | undefined;
  /** The event was given up before; since when somebody hands it over again, ISO-8601: see bulk/replay.ts. */
  replayedAt?: string;
  /** How long the upload's event waited before its first attempt; undefined where anything else woke us. */
  waitedMs?: number | undefined;
  /** Of the oldest upload that an event speaks of; undefined where anything else woke us. */
  uploadedAt?: Date | undefined;
  /** Work on the keys was lost: what is recorded of them is compared with a listing. */
  isDoubted?: boolean;
  /** From then on the run that it belongs to may be over: nobody comes back for what is retired. */
  runMayEndAt?: Date;
  /** When to stop starting work, so that what is done is committed before the platform's own limit. */
  deadline: Date | undefined;
  /** A bulk run's view of what is recorded, where it is to be made anew. `there`: a listing of the set, empty without one. */
  amend?: (manifest: Manifest, there: ReadonlyMap<string, SetFile>) => Manifest;
  /** Encoders side by side: one for each core, each on one thread. */
  lanes: number;
}
