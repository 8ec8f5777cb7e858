import { createHash } from 'node:crypto';
import { expect, it, onTestFinished, vi } from 'vitest';
import { replayTeller } from '../../../cli/replay/teller.ts';
import type { FailedEvent } from '../../../shared/fc/failed-event.ts';

function failedEvent(key: string): FailedEvent {
  const hash = createHash('sha256').update(key).digest('hex');
  return {
    requestId: key,
    functionName: 'darkroom-on-object-changed',
    payload: Buffer.from('{}'),
    at: new Date('2026-11-28T10:00:00.000Z'),
    condition: 'RetryAttemptsExhausted',
    error: `STORE_DENIED: takedowns/${hash}.json: OSS refused (AccessDenied)`,
  };
}

it('what failed alike is one reason, though each names a record of its own', () => {
  const said: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation(text => void said.push(text));
  onTestFinished(() => log.mockRestore());
  const teller = replayTeller({});
  for (const key of ['a.jpg', 'b.jpg', 'c.jpg']) teller.tell(failedEvent(key), 'replayed');
  teller.end({ isInterrupted: false });
  expect(said.join('\n')).toBe(
    '3 replayed.\n  3  darkroom-on-object-changed  STORE_DENIED: takedowns/*.json: OSS refused (AccessDenied)',
  );
});
