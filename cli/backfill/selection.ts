import { impactOf } from '../../shared/core/list/edit-impact.ts';
import { Failure } from '../../shared/core/failure.ts';
import type { PresetList } from '../../shared/core/list/preset-list.ts';
import { moderateFor, presetsFor } from '../../shared/core/list/rules.ts';
import type { Entry } from '../../shared/ports.ts';
import type { Mode, Run } from '../../shared/core/work/run.ts';
import type { ConsentOptions } from '../terminal/consent.ts';
import { sinceFrom } from '../terminal/figures.ts';
import type { ConnectionOptions } from '../cloud/connection.ts';

export interface BackfillOptions extends ConnectionOptions, ConsentOptions {
  prefix: string;
  since?: string;
  preset?: string;
  missing?: true;
  stale?: true;
  retryFailed?: true;
  force?: true;
  /** What is published already has its verdict asked for. */
  moderate?: true;
  source: 'list' | 'inventory';
  inventory?: string;
  rate?: number;
  concurrency: number;
  batch: number;
  limit?: number;
  dryRun?: true;
  wait: boolean;
  json?: true;
}

export function selectionOf(options: BackfillOptions, list: PresetList): Run['selection'] {
  const { prefix, since, preset, source, inventory, limit } = options;
  if ((source === 'inventory') !== (inventory !== undefined)) {
    throw new Failure(
      'SETTINGS_INVALID',
      'expected --source inventory and --inventory together, received one of them',
    );
  }
  if (preset !== undefined && !list.presets.some(({ name }) => name === preset)) {
    const known = list.presets.map(({ name }) => name).join(', ');
    throw new Failure(
      'SETTINGS_INVALID',
      `expected a preset of the list in force (${known}), received ${preset}`,
    );
  }
  return {
    prefix,
    mode: modeOf(options),
    ...(since === undefined ? {} : { since: sinceFrom(since, new Date()) }),
    ...(preset === undefined ? {} : { preset }),
    ...(inventory === undefined ? {} : { inventory }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function modeOf({ missing, stale, retryFailed, force, moderate }: BackfillOptions): Mode {
  if (moderate) return 'moderate';
  const asked: Mode[] = [];
  if (missing) asked.push('missing');
  if (stale) asked.push('stale');
  if (retryFailed) asked.push('retry-failed');
  if (force) asked.push('force');
  const [mode = 'settle', second] = asked;
  if (second === undefined) return mode;
  throw new Failure(
    'SETTINGS_INVALID',
    `expected one of --missing, --stale, --retry-failed and --force, received ${asked.join(' and ')}`,
  );
}

/** Files that an original of this selection may need; undefined for those that the list or the selection passes over. */
export function plannedFor(
  { preset, mode }: Run['selection'],
  list: PresetList,
): (entry: Entry) => number | undefined {
  const touch = impactOf([], list);
  return ({ key, isLink }) => {
    if (mode === 'moderate' && !mayAsk(key, isLink, list)) return undefined;
    const files = touch(key).make;
    if (preset === undefined) return presetsFor(key, list).length > 0 ? files.length : undefined;
    const own = files.filter(file => file.preset === preset);
    return presetsFor(key, list).some(({ name }) => name === preset) ? own.length : undefined;
  };
}

/** A symlink is judged by the rule of its target as well, and a listing does not say where it leads. */
function mayAsk(key: string, isLink: true | undefined, list: PresetList): boolean {
  const isAnyAsking = list.rules.some(({ moderate }) => moderate);
  return moderateFor(key, list) !== undefined || (isLink === true && isAnyAsking);
}
