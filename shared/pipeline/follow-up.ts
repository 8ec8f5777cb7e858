import { createHash } from 'node:crypto';
import { failureOf } from '../core/failure.ts';
import { parseDerivativeKey } from '../core/keys.ts';
import { factsOf } from '../core/log-facts.ts';
import type { Log, TaskQueue } from '../ports.ts';
import type { Miss } from './miss.ts';

interface Hands {
  queue: TaskQueue;
  bucket: string;
  log: Log;
}

/**
 * What a miss showed is handed on: a file was made that the manifest does not know, or a set is there whose original
 * is gone. Once for each file, whoever else saw it; that it fails costs nobody their picture.
 */
export async function followUp(
  key: string,
  miss: Miss,
  { queue, bucket, log }: Hands,
): Promise<void> {
  const original = parseDerivativeKey(key)?.original;
  const isNews = miss.found === 'gone' || (miss.found === 'file' && miss.isNew);
  if (!original || !isNews) return;
  const made = miss.found === 'file' ? { made: true } : {};
  const batch = { kind: 'darkroom.backfill', bucket, keys: [original], mode: 'settle', ...made };
  const id = `miss_${createHash('sha256').update(`${miss.found} ${key}`).digest('hex')}`;
  try {
    await queue.submit(id, Buffer.from(JSON.stringify(batch)));
  } catch (thrown) {
    log.warn('follow-up-failed', { key, ...factsOf(failureOf(thrown)) });
  }
}
