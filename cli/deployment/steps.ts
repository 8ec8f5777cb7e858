import { say, sayText } from '../terminal/printer.ts';

/** One thing that a deployment needs and `s deploy` does not make. */
export interface Step {
  /** `CORS of darkroom-originals`. */
  name: string;
  /** What is wanted, or what is there, in a few words. */
  words: string;
  /** `wrong` is what this command must not mend: someone has to decide. */
  state: 'there' | 'missing' | 'other' | 'wrong';
  apply?(): Promise<void>;
}

interface Telling {
  /** The place of all of it. */
  where: string;
  /** Whose `--apply` it is. */
  command: string;
  /** Else it is only shown. */
  apply?: true;
  json?: true;
}

/**
 * Each is told once it is done, and all is looked at once more: an answer that it is done does not show that it is. The
 * exit code is 1 where something needs a decision, or is not seen.
 */
export async function carryOut(
  look: () => Promise<Step[]>,
  { where, command, apply, json }: Telling,
): Promise<void> {
  const applied = apply === true;
  const steps = await look();
  if (!json) say(`On ${where}\n`);
  for (const step of steps) {
    if (applied) await step.apply?.();
    if (!json) sayText(lineOf(step, applied));
  }
  const isDone = applied && steps.some(step => step.apply);
  const unseen = isDone ? (await look()).filter(step => step.apply).map(({ name }) => name) : [];
  if (json) say(JSON.stringify({ applied, steps, unseen }));
  else sayText(`\n${summary(steps, command, applied)}${notSeen(unseen)}`);
  if (unseen.length > 0 || steps.some(({ state }) => state === 'wrong')) process.exitCode = 1;
}

function notSeen(names: string[]): string {
  if (names.length === 0) return '';
  return `\nLooked once more, and not seen: ${names.join(', ')}. What was made a moment ago may take a minute to show; then run it again.`;
}

const SIGNS = { there: '✓', missing: '+', other: '~', wrong: '✗' };

function lineOf({ name, words, state, apply }: Step, applied: boolean): string {
  const [first = '', ...more] = words.split('\n');
  const done = applied && apply ? ' (done)' : '';
  return [`  ${SIGNS[state]} ${name}: ${first}${done}`, ...more.map(line => `      ${line}`)].join(
    '\n',
  );
}

function summary(steps: Step[], command: string, applied: boolean): string {
  const open = steps.filter(({ apply }) => apply).length;
  const wrong = steps.filter(({ state }) => state === 'wrong').length;
  const decide = wrong === 0 ? '' : ` ${wrong} marked ✗ need a decision of yours.`;
  if (open === 0) return `Nothing to do.${decide}`;
  const things = open === 1 ? 'one thing' : `${open} things`;
  if (applied) return `${capital(things)} done.${decide}`;
  return `Nothing was changed: ${command} --apply does ${things} (+ new, ~ changed).${decide}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
