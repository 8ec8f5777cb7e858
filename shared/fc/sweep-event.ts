import { sweepOrder, timerEvent } from '../../events/sweep.ts';
import { Failure } from '../core/failure.ts';

/** What a timer, or the function itself, asks for. Throws EVENT_UNREADABLE. */
export function readSweepEvent(payload: Buffer): 'sweep' | 'drain' {
  const event = jsonOf(payload.toString('utf8'));
  const timer = timerEvent.safeParse(event);
  const order = sweepOrder.safeParse(timer.success ? jsonOf(timer.data.payload) : event);
  if (order.success) return order.data.kind === 'darkroom.sweep' ? 'sweep' : 'drain';
  throw new Failure(
    'EVENT_UNREADABLE',
    'expected {"kind":"darkroom.sweep"} or {"kind":"darkroom.drain"}, or a timer with it as payload, received something else',
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON, then, which the schema refuses as well.
    return undefined;
  }
}
