import { pMapIterable } from 'p-map';
import { type Finding, isWorthAnotherTry } from '../../core/set/findings.ts';
import { isPending, type Status } from '../../core/set/status.ts';
import type { VariantStatus } from '../../core/set/variant-state.ts';
import type { ListedObject, ObjectStore } from '../../ports.ts';
import { type Examined, type ExamineOptions, examine } from './examine.ts';
import { walkSets } from './orphans.ts';
import { type Dangling, noDangling, noteDangling, sampleOf, type SurveyStores } from './survey.ts';
import { brokenTakeDowns } from './broken-take-downs.ts';
import { objectsIn, REQUESTS_SIDE_BY_SIDE } from '../stored-set.ts';

export interface VerifyOptions extends ExamineOptions {
  prefix: string;
  /** So many originals, and the orphans in their sets only; else all. */
  sample: number | undefined;
  /** Where take-downs are recorded. */
  config: ObjectStore;
}

/** What the walk calls out on its way, so that it keeps nothing itself. */
export interface VerifyCallbacks {
  tell(finding: Finding): void;
  looked(key: string): void;
  /** Undefined where nothing is to be mended. */
  reconcile?: ((keys: string[], mode: Mend) => Promise<unknown>) | undefined;
}

/** As the modes of core/work/run.ts. */
export type Mend = Exclude<Finding['mend'], 'remove' | 'by-hand'>;

export interface Verdict {
  /** Looked at, and how many there are. */
  originals: number;
  listed: number;
  /** Objects of ours that were listed in the derivatives bucket. */
  files: number;
  problems: Record<Finding['problem'], number>;
  mends: Record<Finding['mend'], number>;
  /** Originals by the code for which they, or files of theirs, cannot be made; no problem, but an answer. */
  failures: Record<string, number>;
  /** What is left of their sets is an orphan. */
  dangling: Dangling;
  /** Originals that are too young to be called missing. */
  pending: number;
  /** Originals that another run makes right, and how many of them were handed over for it. */
  mendable: number;
  handedOver: number;
  /** The first of them; `problems.orphan` counts them all. */
  orphans: Finding[];
}

/** Some 10 MB of keys; who has more removes them in several runs. */
const MOST_ORPHANS = 50_000;
/** Keys of one batch. */
const BATCH = 100;

/** Compares both buckets with what the list in force wants, in memory that does not grow with them. */
export async function verify(
  stores: SurveyStores,
  options: VerifyOptions,
  callbacks: VerifyCallbacks,
): Promise<Verdict> {
  const verdict = emptyVerdict();
  const queue = mendQueue(verdict, callbacks);
  const originals = await chosen(stores, options, verdict);
  const look = (one: ListedObject) => examine(one, stores, options);
  const concurrency = REQUESTS_SIDE_BY_SIDE;
  for await (const seen of pMapIterable(originals, look, { concurrency })) {
    count(seen, verdict);
    await note(seen.findings, { verdict, callbacks, queue });
    callbacks.looked(seen.key);
  }
  if (options.sample === undefined) {
    for await (const { orphans } of walkSets(options, stores)) {
      verdict.files += orphans.length;
      await note(orphans, { verdict, callbacks, queue });
    }
    const unreadable: Finding[] = [];
    const tellUnreadable = (key: string) => unreadable.push(unreadableRecord(key));
    const looking = { ...stores, ...options, tellUnreadable };
    for await (const { findings } of brokenTakeDowns(options, looking)) {
      await note(findings, { verdict, callbacks, queue });
    }
    await note(unreadable, { verdict, callbacks, queue });
    verdict.listed = verdict.originals;
  }
  await queue.flush();
  return verdict;
}

/** Its name is a hash: nobody knows of which original it is. */
function unreadableRecord(key: string): Finding {
  const why = 'expected a take-down’s record, received something else: say again what holds';
  return { problem: 'corrupt', original: key, key, why, mend: 'by-hand' };
}

function emptyVerdict(): Verdict {
  return {
    originals: 0,
    listed: 0,
    files: 0,
    problems: { missing: 0, stale: 0, orphan: 0, corrupt: 0, remains: 0 },
    mends: { settle: 0, force: 0, 'retry-failed': 0, takedown: 0, remove: 0, 'by-hand': 0 },
    failures: {},
    dangling: noDangling(),
    pending: 0,
    mendable: 0,
    handedOver: 0,
    orphans: [],
  };
}

async function chosen(
  { originals }: SurveyStores,
  { prefix, sample }: VerifyOptions,
  verdict: Verdict,
): Promise<AsyncIterable<ListedObject> | ListedObject[]> {
  const all = objectsIn(originals.list(prefix));
  if (sample === undefined) return all;
  const drawn = await sampleOf(all, sample);
  verdict.listed = drawn.total;
  return drawn.sample;
}

function count({ key, status, findings, files, isDangling }: Examined, verdict: Verdict): void {
  verdict.originals += 1;
  verdict.files += files;
  if (isDangling) noteDangling(verdict.dangling, key);
  if (!status) return;
  if (findings.length === 0 && isPending(status)) verdict.pending += 1;
  for (const code of finalCodes(status)) {
    verdict.failures[code] = (verdict.failures[code] ?? 0) + 1;
  }
}

/** What is worth another try is told as a problem. */
function isAnswer(variant: VariantStatus): variant is VariantStatus & { state: 'failed' } {
  return variant.state === 'failed' && variant.final && !isWorthAnotherTry(variant.code);
}

function finalCodes({ variants }: Status): Set<string> {
  return new Set(variants.flatMap(one => (isAnswer(one) ? [one.code] : [])));
}

interface Notes {
  verdict: Verdict;
  callbacks: VerifyCallbacks;
  queue: ReturnType<typeof mendQueue>;
}

/** The first of them does what those after it do. */
const MENDS = ['takedown', 'force', 'retry-failed', 'settle'] as const;

async function note(findings: Finding[], { verdict, callbacks, queue }: Notes): Promise<void> {
  for (const finding of findings) {
    verdict.problems[finding.problem] += 1;
    verdict.mends[finding.mend] += 1;
    if (finding.mend === 'remove' && verdict.orphans.length < MOST_ORPHANS) {
      verdict.orphans.push(finding);
    }
    callbacks.tell(finding);
  }
  const [first] = findings;
  const mends = new Set(findings.map(({ mend }) => mend));
  const mend = MENDS.find(one => mends.has(one));
  if (first && mend) await queue.add(first.original, mend);
}

/** Keys by what mends them, handed over as soon as a batch is full. */
function mendQueue(verdict: Verdict, { reconcile }: VerifyCallbacks) {
  const waiting: Record<Mend, string[]> = {
    settle: [],
    force: [],
    'retry-failed': [],
    takedown: [],
  };
  const handOver = async (mend: Mend) => {
    const keys = waiting[mend];
    if (!reconcile || keys.length === 0) return;
    waiting[mend] = [];
    await reconcile(keys, mend);
    verdict.handedOver += keys.length;
  };
  return {
    add: async (key: string, mend: Mend) => {
      verdict.mendable += 1;
      if (!reconcile) return;
      if (waiting[mend].push(key) >= BATCH) await handOver(mend);
    },
    flush: async () => {
      for (const mend of MENDS) await handOver(mend);
    },
  };
}
