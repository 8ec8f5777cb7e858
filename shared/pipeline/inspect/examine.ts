import { Failure, failureOf } from '../../core/failure.ts';
import { type Finding, findingsOf, renderedOf, type SetFile } from '../../core/set/findings.ts';
import { unusableKey } from '../../core/set/keys.ts';
import type { OriginalObject } from '../../core/set/manifest.ts';
import { sourceFormatOf } from '../../core/picture/source-format.ts';
import type { Standing } from '../../core/set/status.ts';
import type { ListedObject, ObjectStore } from '../../ports.ts';
import { filesOfSet, type Ground, type Look, lookAt } from './survey.ts';

/** One original's set compared with what the list in force wants of it. */
export interface Examined {
  key: string;
  standing: Standing | undefined;
  findings: Finding[];
  /** How many objects lie in the place of its set. */
  files: number;
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
  ground: Ground,
  options: ExamineOptions,
): Promise<Examined> {
  const { key } = listed;
  if (unusableKey(key)) {
    const { standing } = await lookAt(key, listed, ground);
    return { key, standing, findings: [], files: 0 };
  }
  const first = await examineOnce(listed, listed.modifiedAt, { ground, options });
  if (first.findings.length === 0) return first;
  const original = await ground.originals.head(key);
  if (!original) return { ...first, findings: [] };
  const modifiedAt = original.etag === listed.etag ? listed.modifiedAt : options.now;
  return await examineOnce(original, modifiedAt, { ground, options });
}

async function examineOnce(
  original: OriginalObject,
  modifiedAt: Date,
  { ground, options }: { ground: Ground; options: ExamineOptions },
): Promise<Examined> {
  const { key } = original;
  const look = await lookAt(key, original, ground);
  const { standing, manifest } = look;
  const files = await filesOfSet(key, ground.derivatives);
  const findings = findingsOf({ ...options, standing, manifest, files, modifiedAt });
  const unlike = options.deep ? await unlikeTheirFormat(look, files, ground.derivatives) : [];
  return { key, standing, findings: [...findings, ...unlike], files: files.length };
}

/** Files of the right size that do not begin as their format does. */
async function unlikeTheirFormat(
  { standing, manifest }: Look,
  files: SetFile[],
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
    findings.push({ problem: 'corrupt', original: standing.key, key, why, mend: 'force' });
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
