import * as z from 'zod';

/** Our own payload: start a sweep, or only purge what waits and go on with a sweep that is under way. */
export const sweepOrder = z.strictObject({ kind: z.enum(['darkroom.sweep', 'darkroom.drain']) });

/** A timer's event: https://www.alibabacloud.com/help/en/functioncompute/fc/time-triggers */
export const timerEvent = z.looseObject({
  triggerTime: z.string(),
  triggerName: z.string(),
  payload: z.string(),
});
