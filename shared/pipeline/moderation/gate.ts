import { sha256Of } from '../../core/list/fingerprint.ts';
import { Failure, failureOf } from '../../core/failure.ts';
import { unavailableOf } from '../../core/moderation/moderate.ts';
import type { SeenOriginal } from '../../core/set/seen.ts';
import { factsOf } from '../../core/telling/log-facts.ts';
import type { Raster } from '../../ports.ts';
import type { Darkroom } from '../darkroom.ts';
import { judge, type Judging } from './judge.ts';
import { isAbout, isDue, type Standing, withheld } from './standing.ts';

/** What stands between files that are made and the bucket that people see. */
export interface Gate {
  /** Called once, with what is to be shown, as soon as it is there. Undefined where nobody is to judge it. */
  judge: ((frames: Raster[]) => void) | undefined;
  /** Before each file is written. Throws PICTURE_WITHHELD, or why there is no verdict. */
  passed(): Promise<void>;
  /** The same, at the end; answers whether it is published without a verdict. */
  concluded(): Promise<{ unjudged?: true }>;
}

const OPEN: Gate = {
  judge: undefined,
  passed: async () => undefined,
  concluded: async () => ({}),
};

/** For the bytes that are in hand: a verdict on others of the same CRC-64 is none on these. */
export function gateFor(
  seen: SeenOriginal,
  { standing, file }: { standing: Standing | undefined; file: Buffer },
  darkroom: Darkroom,
): Gate {
  const rule = standing?.rule;
  if (!standing || !rule) return OPEN;
  const sha256 = sha256Of(file);
  const isOpen =
    standing.decision === 'pass' ? isAbout(sha256, standing) : !isDue(standing, darkroom);
  if (isOpen) return OPEN;
  let asked: Promise<'pass' | 'unjudged'> | undefined;
  const verdict = async () => {
    if (asked !== undefined) return await asked;
    const message = 'expected the picture to be judged before a file of it is written';
    throw new Failure('UNEXPECTED', message);
  };
  return {
    judge: frames => {
      asked ??= judged(
        frames,
        { key: seen.key, rule, id: standing.id, sha256, original: seen.original },
        darkroom,
      );
      // Whoever writes or concludes is told; nobody may, if the picture fails first.
      asked.catch(() => undefined);
    },
    passed: async () => {
      if (rule.publish === 'after_verdict') await verdict();
    },
    concluded: async () => ((await verdict()) === 'unjudged' ? { unjudged: true } : {}),
  };
}

async function judged(frames: Raster[], about: Judging, darkroom: Darkroom) {
  const { rule, key } = about;
  try {
    const decision = await judge(frames, about, darkroom);
    if (decision === 'pass') return decision;
    throw withheld(key, decision === 'block' ? 'blocked' : 'held');
  } catch (thrown) {
    const failure = failureOf(thrown);
    const isVerdict = failure.code === 'PICTURE_WITHHELD' && failure.facts.isBudget !== true;
    if (isVerdict || unavailableOf(rule) === 'hold') throw failure;
    darkroom.log.warn('published-unjudged', { key, ...factsOf(failure) });
    return 'unjudged' as const;
  }
}
