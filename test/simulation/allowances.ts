import type { Accusation } from './judge.ts';
import { isBlamed } from './outcome/stored.ts';
import type { World } from './world.ts';

/** What does not look right and is allowed, each for a reason that is written down somewhere. */
interface Allowance {
  what: string;
  reason: string;
  excuses(accusation: Accusation, world: World): boolean;
}

export const allowances: Allowance[] = [
  {
    what: 'a file on demand that is there, whether the manifest knows or not',
    reason:
      'a miss makes it, and its follow-up may be lost: docs/adr/0005; a reader finds it by its name',
    excuses: ({ kind }) => kind === 'file-on-demand',
  },
  {
    what: 'the edge keeps what an edit replaced, as long as the original is the same',
    reason: 'it shows the same picture, and no edit needs a purge: docs/adr/0003',
    excuses: ({ kind }) => kind === 'replaced-by-an-edit-and-held',
  },
  {
    what: 'a picture is blamed that was being decoded or encoded, or marked for it, when two processes were killed',
    reason:
      'nobody can tell them from a picture that kills, nor a mark that arrives after its attempt gave it up; what is there of it stays: docs/adr/0006; --retry-failed takes it up again',
    excuses: ({ kind, original }, world) =>
      (kind !== 'leftover-of-a-list' || isBlamed(original ?? '', world.buckets.derivatives)) &&
      /^(blamed|unanswered|(no|wrong)-manifest|missing-file|leftover-of-a-list)$/.test(kind) &&
      original !== undefined &&
      deathsInTheCodec(original, world) >= 2,
  },
  {
    what: 'a batch that comes again after its run was counted leaves its result in the config bucket',
    reason:
      'FC delivers at least once: docs/adr/0012; the results of a run that is done say nothing to anybody',
    excuses: ({ kind, detail }, world) =>
      kind === 'record-waits' && isOfRunThatIsDone(detail, world),
  },
  {
    what: 'a write of a backfill command’s record lies over its end, which came minutes earlier',
    reason:
      'docs/adr/0012: the next command of that selection finds all counted or half an hour of silence, and ends it',
    excuses: ({ kind, detail }, { faults }) =>
      kind === 'run-not-done' &&
      /^runs\/backfill-.*: finishing$/.test(detail) &&
      faults.hit.some(hit => hit.kind === 'late' && hit.id.includes(' backfill#')),
  },
];

function deathsInTheCodec(original: string, { judge }: World): number {
  return judge.deathsInTheCodec.get(original) ?? 0;
}

function isOfRunThatIsDone(key: string, { buckets: { config } }: World): boolean {
  const [, id] = /^runs\/(.+)\/results\//.exec(key) ?? [];
  if (id === undefined) return false;
  const run = config.objects.get(`runs/${id}/run.json`);
  const rollout = config.objects.get('rollout.json');
  const record = run ?? rollout;
  // A rollout's own record is of the last one only: an earlier one is over.
  return record === undefined || JSON.parse(record.bytes.toString('utf8')).phase === 'done';
}
