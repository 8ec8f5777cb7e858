import { JUDGED } from '../../../shared/core/moderation/verdict.ts';
import { IN_FORCE_KEY } from '../../../shared/core/work/in-force.ts';
import { listIn } from '../read-list.ts';
import { PRESETS_KEY } from '../wiring.ts';
import type { Comparison } from './comparison.ts';
import { jsonAt } from './stored.ts';

export function checkList({ world: { buckets }, accuse }: Comparison): void {
  const { config } = buckets;
  const written = config.objects.get(PRESETS_KEY);
  const good = written && listIn(written.bytes.toString('utf8'));
  const inForce = jsonAt(config, IN_FORCE_KEY);
  const isInForce = JSON.stringify(inForce?.list) === JSON.stringify(good?.list);
  if (good && !isInForce) accuse('list-not-in-force', '');
  const isRejected = config.objects.has('presets.rejected.json');
  if (isRejected !== !good) accuse('wrong-rejection', `rejected: ${isRejected}`);
}

/** What waits in the config bucket waits for somebody; when all is quiet, nobody is left to come. */
export function checkRecords({ world: { buckets, judge }, accuse }: Comparison): void {
  const { config } = buckets;
  for (const key of config.keys()) {
    const isResult = /^runs\/.*\/results\//.test(key) && judge.failedCommands === 0;
    if (isResult || /^(presets\.pending|approvals|purges\/|sweep\/)/.test(key)) {
      accuse('record-waits', key);
    }
    const isOurRun = /^(rollout|sweep)\.json$/.test(key);
    // A command that failed or was killed is started again by whoever started it.
    const isCommands = key.endsWith('/run.json') && judge.failedCommands === 0;
    const phase = isOurRun || isCommands ? jsonAt(config, key)?.phase : 'done';
    if (phase !== 'done') accuse('run-not-done', `${key}: ${phase}`);
  }
}

/** Pictures were shown for a moment; a day later none of them lies there. */
export function checkModeration({ world, accuse }: Comparison): void {
  const shown = world.buckets.config.keys().filter(key => key.startsWith(JUDGED));
  if (shown.length > 0) accuse('shown-for-ever', shown.join(' '));
}
