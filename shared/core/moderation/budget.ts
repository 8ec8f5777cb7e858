import { MODERATION } from './verdict.ts';

/**
 * A day's budget is taken in shares, each an object of its own: whoever takes one writes it first and counts afterwards,
 * so that two who take the last one at once both go without, and never one too many is judged. A day is one of UTC.
 */

/** Judged by one instance before it asks again; of a small budget a hundredth. */
const MOST_IN_SHARE = 100;

export function shareOf(most: number): number {
  return Math.min(MOST_IN_SHARE, Math.max(1, Math.floor(most / 100)));
}

export const SHARES = `${MODERATION}calls/`;

export function sharesPrefix(now: Date): string {
  return `${SHARES}${now.toISOString().slice(0, 10)}/`;
}

/** Whether a share is within the budget, with so many taken, itself among them. */
export function isWithin(most: number, taken: number): boolean {
  return taken * shareOf(most) <= most;
}
