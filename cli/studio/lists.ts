import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import { readPresetList } from '../../shared/adapters/yaml/preset-file.ts';
import { Failure } from '../../shared/core/failure.ts';
import { listDiff } from '../../shared/core/list/list-diff.ts';
import {
  IN_FORCE_KEY,
  inForceSchema,
  REJECTED_KEY,
  rejectedSchema,
} from '../../shared/core/work/in-force.ts';
import type { SavedPlan } from '../../shared/core/work/saved-plan.ts';
import { MOST_SECONDS } from '../../shared/core/work/slowest.ts';
import { findRecord } from '../../shared/pipeline/records.ts';
import type { ListCheck, ListPlan, ListProblem, ListText } from '../../studio/wire.ts';
import type { Connection } from '../cloud/connection.ts';
import { assumptionsFrom } from '../measure/assumptions.ts';
import { pricesFrom } from '../measure/prices.ts';
import { listThere, putPlanned } from '../presets/apply.ts';
import { marksThere } from '../presets/marks-there.ts';
import type { Planned } from '../presets/tell-plan.ts';
import { plannedEdit } from '../presets/plan.ts';
import { presetListJsonSchema, slownessOf } from '../presets/presets.ts';

/** The preset list in the page's editor: as it lies in the config bucket, checked, planned, and put in force. */

const FILE = 'presets.yaml';

export async function listText({ config, presetsKey }: Connection): Promise<ListText> {
  const stored = await config.get(presetsKey);
  const inForce = await findRecord(config, IN_FORCE_KEY, inForceSchema);
  const rejected = await findRecord(config, REJECTED_KEY, rejectedSchema);
  return {
    text: stored?.bytes.toString('utf8') ?? '',
    schema: presetListJsonSchema(),
    ...(typeof inForce === 'object' ? { inForce: inForce.fingerprint } : {}),
    ...(typeof rejected === 'object' ? { rejected: rejected.problems.join('\n') } : {}),
  };
}

export function checkList(text: string): ListCheck {
  const read = readPresetList(text, FILE);
  if ('problems' in read) {
    return { problems: read.problems.map(({ place, message }) => problemAt(place, message)) };
  }
  const about = { text, file: FILE, seconds: MOST_SECONDS };
  const { slowest, tooSlow } = slownessOf(read.list, about);
  if (tooSlow) return { problems: [problemAt(tooSlow.placed, tooSlow.sentence)] };
  const presets = read.list.presets.map(({ name }) => name);
  return { problems: [], presets, ...(slowest ? { seconds: slowest.seconds } : {}) };
}

/** `presets.yaml:4:9 …` */
function problemAt(place: string, message: string): ListProblem {
  const [, line = '1', column = '1'] = /^[^:]+:(\d+):(\d+)/.exec(place) ?? [];
  return { line: Number(line), column: Number(column), message };
}

const DEVELOPED = 3;
const INSTANCES = 20;
const MOST_KEPT = 20;

/** Plans that the page has seen; it names the one that it wants put in force. */
export function planBook(connection: Connection) {
  const { config, presetsKey } = connection;
  const plans = new Map<string, { plan: SavedPlan; written: string | undefined }>();
  const written = async () => (await config.head(presetsKey))?.etag;
  const oneAtATime = pLimit(1);
  return {
    plan: async (text: string): Promise<ListPlan> => {
      const before = await written();
      const next = { ...(await listThere(text, FILE, connection)), text };
      const planned = await plannedEdit(next, connection, {
        sample: DEVELOPED,
        instances: INSTANCES,
        prices: await pricesFrom(undefined),
        assumptions: await assumptionsFrom(undefined, next.list),
        heat: undefined,
        marks: marksThere(next.list, connection),
        tell: () => undefined,
      });
      const id = randomUUID();
      plans.set(id, { plan: planned.plan, written: before });
      const [oldest] = plans.keys();
      if (plans.size > MOST_KEPT && oldest !== undefined) plans.delete(oldest);
      return { id, ...planInWords(planned) };
    },
    apply: (id: string): Promise<void> =>
      oneAtATime(async () => {
        const known = plans.get(id);
        if (!known) {
          throw new Failure('SETTINGS_INVALID', 'expected a plan of this page: plan again');
        }
        // What was saved a moment ago is not in force yet, and would be lost without a word.
        if ((await written()) !== known.written) {
          const message = `expected ${presetsKey} as it was when this was planned, it was written since: plan the edit again`;
          throw new Failure('SETTINGS_INVALID', message);
        }
        await putPlanned(known.plan, FILE, connection);
      }),
  };
}

function planInWords({
  plan,
  touched,
  inForce,
  list,
}: Omit<Planned, 'file'>): Omit<ListPlan, 'id'> {
  const { from, to, originals, files, retired, usd, cpuHours, gigabytes, hours } = plan;
  const diff = inForce && listDiff(inForce.list, list);
  return {
    from,
    to,
    ...{ originals, files, retired, usd, cpuHours, gigabytes, hours },
    rules: diff?.rules ?? [],
    list: diff?.list ?? [],
    presets: (diff?.presets ?? []).map(({ preset, kind, differs }) => {
      const counts = touched.presets.get(preset) ?? { originals: 0, files: 0, retired: 0 };
      return { preset, kind, differs, ...counts };
    }),
  };
}
