import { type CheckupEvent, checkupEvent } from '../../events/checkup.ts';

/** Longer events are somebody's work. */
const LONGEST = 100;

/** Undefined for any other event. */
export function checkupIn(event: Buffer): CheckupEvent | undefined {
  if (event.length > LONGEST) return undefined;
  try {
    return checkupEvent.safeParse(JSON.parse(event.toString('utf8'))).data;
  } catch {
    // No JSON: whoever reads the event says so.
    return undefined;
  }
}
