import type { Finding } from '../../core/set/findings.ts';
import { isPending, type Standing } from '../../core/set/status.ts';
import type { ListedObject, ObjectStore } from '../../ports.ts';
import { type Examined, type ExamineOptions, examine } from './examine.ts';
import { inOrder } from '../in-order.ts';
import { walkSets } from './orphans.ts';
import { type Ground, objectsIn, sampleOf } from './survey.ts';
import { brokenTakedowns } from '../removal/enforce.ts';

export interface VerifyOptions extends ExamineOptions {
  prefix: string;
  /** So many originals, and the orphans in their sets only; else all. */
  sample: number | undefined;
  /** Where take-downs are recorded. */
  config: ObjectStore;
}

/** What the walk hands out on its way, so that it keeps nothing itself. */
export interface Hands {
  tell(finding: Finding): void;
  looked(key: string): void;
  /** Undefined where nothing is to be mended. */
  reconcile?: ((keys: string[], mode: Mend) => Promise<unknown>) | undefined;
}

/** As the modes of core/run.ts. */
export type Mend = 'settle' | 'force' | 'takedown';

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
  ground: Ground,
  options: VerifyOptions,
  hands: Hands,
): Promise<Verdict> {
  const verdict = emptyVerdict();
  const queue = mendQueue(verdict, hands);
  const originals = await chosen(ground, options, verdict);
  for await (const seen of inOrder(originals, one => examine(one, ground, options))) {
    count(seen, verdict);
    await note(seen.findings, { verdict, hands, queue });
    hands.looked(seen.key);
  }
  if (options.sample === undefined) {
    for await (const { orphans } of walkSets(options, ground)) {
      verdict.files += orphans.length;
      await note(orphans, { verdict, hands, queue });
    }
    for await (const { findings } of brokenTakedowns(options, { ...ground, ...options })) {
      await note(findings, { verdict, hands, queue });
    }
    verdict.listed = verdict.originals;
  }
  await queue.flush();
  return verdict;
}

function emptyVerdict(): Verdict {
  return {
    originals: 0,
    listed: 0,
    files: 0,
    problems: { missing: 0, stale: 0, orphan: 0, corrupt: 0, remains: 0 },
    mends: { settle: 0, force: 0, takedown: 0, remove: 0, 'by-hand': 0 },
    failures: {},
    pending: 0,
    mendable: 0,
    handedOver: 0,
    orphans: [],
  };
}

async function chosen(
  { originals }: Ground,
  { prefix, sample }: VerifyOptions,
  verdict: Verdict,
): Promise<AsyncIterable<ListedObject> | ListedObject[]> {
  const all = objectsIn(originals.list(prefix));
  if (sample === undefined) return all;
  const drawn = await sampleOf(all, sample);
  verdict.listed = drawn.total;
  return drawn.sample;
}

function count({ standing, findings, files }: Examined, verdict: Verdict): void {
  verdict.originals += 1;
  verdict.files += files;
  if (!standing) return;
  if (findings.length === 0 && isPending(standing)) verdict.pending += 1;
  for (const code of finalCodes(standing)) {
    verdict.failures[code] = (verdict.failures[code] ?? 0) + 1;
  }
}

function finalCodes({ variants }: Standing): Set<string> {
  return new Set(variants.flatMap(one => (one.state === 'failed' && one.final ? [one.code] : [])));
}

interface Notes {
  verdict: Verdict;
  hands: Hands;
  queue: ReturnType<typeof mendQueue>;
}

async function note(findings: Finding[], { verdict, hands, queue }: Notes): Promise<void> {
  for (const finding of findings) {
    verdict.problems[finding.problem] += 1;
    verdict.mends[finding.mend] += 1;
    if (finding.mend === 'remove' && verdict.orphans.length < MOST_ORPHANS) {
      verdict.orphans.push(finding);
    }
    hands.tell(finding);
  }
  const [first] = findings;
  const mends = new Set(findings.map(({ mend }) => mend));
  const mend = (['takedown', 'force', 'settle'] as const).find(one => mends.has(one));
  if (first && mend) await queue.add(first.original, mend);
}

/** Keys by what mends them, handed over as soon as a batch is full. */
function mendQueue(verdict: Verdict, { reconcile }: Hands) {
  const waiting: Record<Mend, string[]> = { settle: [], force: [], takedown: [] };
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
      await handOver('takedown');
      await handOver('force');
      await handOver('settle');
    },
  };
}
