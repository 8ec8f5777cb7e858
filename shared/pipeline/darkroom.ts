import type { Manifest } from '../core/set/manifest.ts';
import type { Codec, Log, ObjectStore, PresetSource, Span } from '../ports.ts';

/** All that the use cases work with; an entry opens it. */
export interface Darkroom {
  originals: ObjectStore;
  derivatives: ObjectStore;
  presets: PresetSource;
  /** Where take-downs are recorded and purges wait; undefined where there is neither, as in `darkroom render`. */
  config: ObjectStore | undefined;
  /** Whether a CDN keeps copies of what is removed. */
  isBehindCdn: boolean;
  /** Look at the take-downs before any work, not only after it: someone says that there is one. */
  isForewarned?: boolean;
  codec: Codec;
  log: Log;
  /** Where traces are wanted: see traced.ts. */
  span?: Span;
  now(): Date;
  /** 0 for an event's first delivery. */
  attempt: number;
  /** When to stop starting work, so that what is done is committed before the platform's own limit. */
  deadline: Date | undefined;
  /** A bulk run's view of what is recorded, where it is to be made anew. */
  amend?: (manifest: Manifest) => Manifest;
  /** Encoders side by side: one for each core, each on one thread. */
  lanes: number;
}
