import type { PresetList } from '../../core/list/preset-list.ts';
import type { Log, ObjectStore, TaskQueue } from '../../ports.ts';

/** All that an edit of the preset list is worked with; an entry opens it. */
export interface Desk {
  config: ObjectStore;
  originals: ObjectStore;
  /** Where clients read the published list. */
  derivatives: ObjectStore;
  /** Name of the originals' bucket, as batches carry it. */
  bucket: string;
  /** Of the list that people write, in the config bucket. */
  presetsKey: string;
  /** Of the backfill function. */
  queue: TaskQueue;
  read(text: string, file: string): ReadList;
  log: Log;
  now(): Date;
  /** When to stop, with the state written, so that another invocation goes on. */
  deadline: Date;
  /** After a promotion, until no instance anywhere works with the former list any more. */
  graceMs: number;
}

export type ReadList = { list: PresetList; fingerprint: string } | { problems: string[] };
