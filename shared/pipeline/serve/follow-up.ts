import { failureOf } from '../../core/failure.ts';
import { parseDerivativeKey } from '../../core/set/keys.ts';
import { factsOf } from '../../core/telling/log-facts.ts';
import { batchMessage, taskId } from '../../core/work/batch.ts';
import type { Mode } from '../../core/work/run.ts';
import type { Log, TaskQueue } from '../../ports.ts';
import type { Miss } from './miss.ts';

interface FollowUp {
  queue: TaskQueue;
  bucket: string;
  log: Log;
}

/**
 * What a miss showed is handed on: a file was made that the manifest does not know, or had to be removed again, a set
 * is there whose original is gone, or an original cannot be read and nothing says so. Once for each file, whoever else saw it; that it fails costs nobody their picture.
 * False where it failed.
 */
export async function followUp(
  key: string,
  miss: Miss,
  { queue, bucket, log }: FollowUp,
): Promise<boolean> {
  const original = parseDerivativeKey(key)?.original;
  const order = orderOf(miss);
  if (!original || !order) return true;
  try {
    await queue.submit(
      taskId('miss', newsOf(key, original, miss)),
      batchMessage({ bucket, keys: [original], ...order }),
    );
    return true;
  } catch (thrown) {
    log.warn('follow-up-failed', { key, ...factsOf(failureOf(thrown)) });
    return false;
  }
}

/**
 * Once it is recorded, healed and archived again, or dropped and made again, that is another manifest, and so news: FC may
 * remember a task's name for long.
 */
function newsOf(key: string, original: string, miss: Miss): string {
  if ('withdrew' in miss) return `${miss.found} ${miss.withdrew} ${key}`;
  if (miss.found === 'file') return `${miss.found} ${miss.manifest} ${key}`;
  return miss.found === 'nothing'
    ? `archived ${miss.archived} ${original}`
    : `${miss.found} ${key}`;
}

/** Undefined where there is nothing to do. */
function orderOf(miss: Miss): { mode: Mode; made?: true; unread?: true } | undefined {
  // Of a verdict as well: who comes in this mode purges, though nothing is left to be removed.
  if ('withdrew' in miss) return { mode: 'takedown' };
  switch (miss.found) {
    case 'file':
      return miss.isNew ? { mode: 'settle', made: true } : undefined;
    case 'gone':
      return { mode: 'settle' };
    case 'nothing':
      return miss.archived === undefined ? undefined : { mode: 'settle', unread: true };
    case 'taken-down':
    case 'moved':
    case 'no-manifest':
      return undefined;
  }
}
