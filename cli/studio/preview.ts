import { Failure } from '../../shared/core/failure.ts';
import { parseDerivativeKey } from '../../shared/core/set/keys.ts';
import type { Report } from '../../shared/core/set/report.ts';
import { reconcile } from '../../shared/pipeline/develop/reconcile.ts';
import type { PreviewFile } from '../../studio/wire.ts';
import type { Connection } from '../cloud/connection.ts';
import { listThere } from '../presets/apply.ts';
import { allAtOnce } from '../preview/developed.ts';
import { marksThere } from '../presets/marks-there.ts';
import { benchWith, oneAtATime } from './developed-here.ts';

/** What a list that nobody has put in force would make of a photo: developed here, kept nowhere. */

export async function previewOf(
  { text, key, preset }: { text: string; key: string; preset: string },
  connection: Connection,
): Promise<PreviewFile[]> {
  const { list } = await listThere(text, 'presets.yaml', connection);
  const presets = allAtOnce(list).presets.filter(({ name }) => name === preset);
  if (presets.length === 0) {
    throw new Failure('SETTINGS_INVALID', `expected a preset of this list, there is no ${preset}`);
  }
  return await oneAtATime(async () => {
    const rules = [{ match: '**', presets: [preset] }];
    const bench = await benchWith(key, marksThere(list, connection), connection);
    await bench.watch({ ...list, presets, rules }, async darkroom => {
      refuseFailed(await reconcile(key, darkroom));
      return { bytesRead: 0, bytesWritten: 0 };
    });
    return [...bench.derivatives].flatMap(([name, bytes]) => fileOf(name, bytes));
  });
}

/** Nothing to see would be taken for nothing to make. */
function refuseFailed({ key, outcome, reason, failed: [failed] }: Report): void {
  if (!failed && outcome !== 'failed') return;
  const why = failed ? `${failed.key}: ${failed.code}: ${failed.message}` : reason;
  throw new Failure('KEY_UNUSABLE', `there is no whole preview of ${key}: ${why}`);
}

function fileOf(key: string, bytes: Buffer): PreviewFile[] {
  const name = parseDerivativeKey(key);
  if (!name) return [];
  const { preset, format, width } = name;
  const url = `data:image/${format};base64,${bytes.toString('base64')}`;
  return [{ preset, format, width, bytes: bytes.length, url }];
}
