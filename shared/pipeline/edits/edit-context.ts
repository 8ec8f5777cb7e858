import type { PresetList } from '../../core/list/preset-list.ts';
import type { InspectMark, Log, TaskQueue } from '../../ports.ts';
import type { Clock, Stores } from '../darkroom.ts';

/** All that an edit of the preset list is worked with; an entry opens it. Clients read the published list in `derivatives`. */
export interface EditContext extends Stores, Clock {
  /** Name of the originals' bucket, as batches carry it. */
  bucket: string;
  /** Of the list that people write, in the config bucket. */
  presetsKey: string;
  /** Of the backfill function. */
  queue: TaskQueue;
  read(text: string, file: string): ReadList;
  /** What is said of a place in a list that is in order. */
  sentence(written: { text: string; file: string }, path: PropertyKey[], message: string): string;
  inspectMark: InspectMark;
  log: Log;
  /** When to stop, with the state written, so that another invocation goes on. */
  deadline: Date;
  /** After a promotion, until no instance anywhere works with the former list any more. */
  graceMs: number;
}

export type ReadList = { list: PresetList; fingerprint: string } | { problems: string[] };
