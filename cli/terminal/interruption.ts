import { constants } from 'node:os';
import { setTimeout } from 'node:timers/promises';

export interface Interruption {
  isAsked(): boolean;
  /** As shells have it of who ended by that signal; undefined where nobody asked. */
  exitCode(): number | undefined;
  sleep(milliseconds: number): Promise<void>;
  end(): void;
}

/** The first Ctrl-C ends after what is under way, so that nothing is left half done; the second at once. */
export function onInterrupt(): Interruption {
  const asked = new AbortController();
  let exitCode: number | undefined;
  const ask = (signal: NodeJS.Signals) => {
    exitCode = 128 + constants.signals[signal];
    asked.abort();
  };
  process.once('SIGINT', ask);
  process.once('SIGTERM', ask);
  return {
    isAsked: () => asked.signal.aborted,
    exitCode: () => exitCode,
    // An interrupted sleep is over; that is all there is to say of it.
    sleep: milliseconds =>
      setTimeout(milliseconds, undefined, { signal: asked.signal }).catch(() => undefined),
    end: () => {
      process.off('SIGINT', ask);
      process.off('SIGTERM', ask);
    },
  };
}
