import { Failure, failureOf } from '../../core/failure.ts';
import { type Finding, findingsOf, renderedOf } from '../../core/set/findings.ts';
import { unusableKey } from '../../core/set/keys.ts';
import type { OriginalObject } from '../../core/set/manifest.ts';
import { sourceFormatOf } from '../../core/picture/source-format.ts';
import type { Status } from '../../core/set/status.ts';
import type { ListedObject, ObjectStore } from '../../ports.ts';
import { filesOfSet } from '../stored-set.ts';
import { behindLink, lookAt, type Surveyed, type SurveyStores } from './survey.ts';

/** One original's set compared with what the list in force wants of it. */
export interface Examined {
  key: string;
  status: Status | undefined;
  findings: Finding[];
  /** How many objects lie in the place of its set. */
  files: number;
  /** It is a symlink whose target is not there. */
  isDangling?: true;
}

export interface ExamineOptions {
  now: Date;
  /** What changed since then may be in the hands of a run. */
  settledBefore: Date;
  /** Read the files as well. */
  deep: boolean;
}

/**
 * What seems wrong is looked at once more, and by HEAD: a listing may be old by minutes, and a run may have moved
 * the set between our requests.
 */
export async function examine(
  listed: ListedObject,
  stores: SurveyStores,
  options: ExamineOptions,
): Promise<Examined> {
  const { key } = listed;
  if (unusableKey(key)) {
    const { status } = await lookAt(key, listed, stores);
    return { key, status, findings: [], files: 0 };
  }
  const there = await behindLink(key, listed, stores.originals);
  if (!there) return { key, status: undefined, findings: [], files: 0, isDangling: true };
  const first = await examineOnce(there, listed.modifiedAt, { stores, options });
  if (first.findings.length === 0) return first;
  const original = await stores.originals.head(key);
  if (!original) return { ...first, findings: [] };
  const modifiedAt = original.etag === there.etag ? listed.modifiedAt : options.now;
  return await examineOnce(original, modifiedAt, { stores, options });
}

async function examineOnce(
  original: OriginalObject,
  modifiedAt: Date,
  { stores, options }: { stores: SurveyStores; options: ExamineOptions },
): Promise<Examined> {
  const { key } = original;
  const surveyed = await lookAt(key, original, stores);
  const { status, manifest } = surveyed;
  const files = await filesOfSet(key, stores.derivatives);
  const findings = findingsOf({ ...options, status, manifest, files, modifiedAt });
  const unlike = options.deep ? await unlikeTheirFormat(surveyed, files, stores.derivatives) : [];
  return { key, status, findings: [...findings, ...unlike], files: files.length };
}

/** Files of the right size that do not begin as their format does. */
async function unlikeTheirFormat(
  { status, manifest }: Surveyed,
  files: ListedObject[],
  derivatives: ObjectStore,
): Promise<Finding[]> {
  if (!manifest || manifest === 'unreadable') return [];
  const sizes = new Map(files.map(({ key, bytes }) => [key, bytes]));
  const findings: Finding[] = [];
  for (const { key, bytes, format } of renderedOf(manifest)) {
    if (sizes.get(key) !== bytes) continue;
    const stored = await derivatives.get(key);
    const found = stored && formatIn(stored.bytes);
    if (!found || found === format) continue;
    const why = `expected ${format}, as the manifest says, it begins like ${found}`;
    findings.push({ problem: 'corrupt', original: status.key, key, why, mend: 'force' });
  }
  return findings;
}

function formatIn(bytes: Buffer): string {
  try {
    return sourceFormatOf(bytes);
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.code === 'ORIGINAL_UNSUPPORTED') return 'no picture';
    throw failureOf(thrown);
  }
}
