import { Failure } from '../../shared/core/failure.ts';
import type { Label } from '../../shared/core/moderation/judgement.ts';
import type { Moderator } from '../../shared/ports.ts';
import type { MemoryStore } from './memory-store.ts';

/** It looks: what is said of a picture, the picture says, as in `jpeg 700x500 label violent_gore 95 high`. */
export interface ScriptedModerator extends Moderator {
  asked: { service: string; text: string }[];
  failWith?: Failure;
  /** Before it looks. */
  beforeAnswer: () => void | Promise<void>;
}

export function scriptedModerator(config: MemoryStore): ScriptedModerator {
  const moderator: ScriptedModerator = {
    asked: [],
    beforeAnswer: () => undefined,
    judge: async (service, key) => {
      await moderator.beforeAnswer();
      const text = (await config.get(key))?.bytes.toString();
      if (text === undefined) {
        throw new Failure('MODERATOR_DENIED', `expected a picture at ${key}, there is none`);
      }
      moderator.asked.push({ service, text });
      if (moderator.failWith) throw moderator.failWith;
      return { labels: labelsIn(text), requestId: `R-${moderator.asked.length}` };
    },
  };
  return moderator;
}

function labelsIn(text: string): Label[] {
  return [...text.matchAll(/label (\w+) (\d+) (low|medium|high)/g)].map(
    ([, label, sure, risk]) => ({
      label: label ?? '',
      confidence: Number(sure),
      risk: risk as Label['risk'],
    }),
  );
}
