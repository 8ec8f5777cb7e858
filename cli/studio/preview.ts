import pLimit from 'p-limit';
import { Failure } from '../../shared/core/failure.ts';
import { parseDerivativeKey } from '../../shared/core/set/keys.ts';
import { reconcile } from '../../shared/pipeline/develop/reconcile.ts';
import type { PreviewFile } from '../../studio/wire.ts';
import type { Connection } from '../cloud/connection.ts';
import { openBench } from '../measure/bench.ts';
import { listThere } from '../presets/apply.ts';

/** What a list that nobody has put in force would make of a photo: developed here, kept nowhere. */

/** Each takes all cores. */
const oneAtATime = pLimit(1);

export async function previewOf(
  { text, key, preset }: { text: string; key: string; preset: string },
  connection: Connection,
): Promise<PreviewFile[]> {
  const { list } = await listThere(text, 'presets.yaml', connection);
  const original = await connection.originals.get(key);
  if (!original) {
    throw new Failure('KEY_UNUSABLE', `expected the key of an original, there is no ${key}`);
  }
  return await oneAtATime(async () => {
    const presets = list.presets.filter(({ name }) => name === preset);
    const rules = [{ match: '**', presets: [preset] }];
    const bench = openBench([[key, original.bytes]]);
    await bench.watch({ ...list, presets, rules }, async darkroom => {
      await reconcile(key, darkroom);
      return { bytesRead: 0, bytesWritten: 0 };
    });
    return [...bench.derivatives].flatMap(([name, bytes]) => fileOf(name, bytes));
  });
}

function fileOf(key: string, bytes: Buffer): PreviewFile[] {
  const name = parseDerivativeKey(key);
  if (!name) return [];
  const { preset, format, width } = name;
  const url = `data:image/${format};base64,${bytes.toString('base64')}`;
  return [{ preset, format, width, bytes: bytes.length, url }];
}
