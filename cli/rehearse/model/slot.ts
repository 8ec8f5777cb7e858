/**
 * Time goes in slots. Whatever comes within one comes at its beginning, and every time is a whole number of them: a wait
 * may be wrong by one. FC's back-offs, 0.5 s and its doubles, are whole numbers of slots.
 */
export const SLOT_SECONDS = 0.05;
export const SLOTS_A_MINUTE = 60 / SLOT_SECONDS;

export function slotsOf(seconds: number): number {
  return Math.round(seconds / SLOT_SECONDS);
}
