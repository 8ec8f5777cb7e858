import { MultiBar } from 'cli-progress';
import { say } from '../terminal/printer.ts';

/** How many there are is known at the end only, so this counts and never says how long. */
const FORMAT = '{value} originals looked at  {key}';

/** Findings on stdout; below them, where a person watches, what is being looked at. */
export function verifyProgress(json: boolean) {
  if (json || !process.stdout.isTTY || !process.stderr.isTTY) {
    return { tell: say, looked: () => undefined, stop: () => undefined };
  }
  const bars = new MultiBar({ format: FORMAT });
  // A bar of no total is drawn once and never again.
  const bar = bars.create(Number.MAX_SAFE_INTEGER, 0, { key: '' });
  return {
    tell: (text: string) => bars.log(`${text}\n`),
    looked: (key: string) => bar.increment({ key }),
    stop: () => {
      // Lines wait for the next redraw, and stopping is none. (`update` is real and missing from the types.)
      (bars as MultiBar & { update(): void }).update();
      bars.stop();
    },
  };
}
