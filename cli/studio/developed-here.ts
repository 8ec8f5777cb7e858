import pLimit from 'p-limit';
import { Failure } from '../../shared/core/failure.ts';
import type { Marks } from '../../shared/ports.ts';
import type { Connection } from '../cloud/connection.ts';
import { type Bench, openBench } from '../measure/bench.ts';

/** What is developed here for who looks on, and kept nowhere. */

/** Each takes all cores. */
export const oneAtATime = pLimit(1);

/** With an original as it lies there and what its uploader said of it: how old it is decides nothing here. */
export async function benchWith(
  key: string,
  marks: Marks,
  { originals }: Pick<Connection, 'originals'>,
): Promise<Bench> {
  const head = await originals.head(key);
  const bytes = head && (await originals.getExactly(head));
  if (!head || !bytes) {
    throw new Failure('KEY_UNUSABLE', `expected the key of an original, there is no ${key}`);
  }
  if (bytes === 'changed') {
    throw new Failure('ORIGINAL_CHANGED', `expected ${key} to stay as it is, it was replaced`);
  }
  const { uploadedAt: _, ...told } = head;
  return openBench([[key, bytes]], { told: new Map([[key, told]]), marks });
}
