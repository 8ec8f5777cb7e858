import { checkupEvent } from '../../events/checkup.ts';

/** Longer events are somebody's work. */
const LONGEST = 100;

export function isCheckup(event: Buffer): boolean {
  if (event.length > LONGEST) return false;
  try {
    return checkupEvent.safeParse(JSON.parse(event.toString('utf8'))).success;
  } catch {
    // No JSON: whoever reads the event says so.
    return false;
  }
}
