import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSweepEvent } from '../../../shared/fc/sweep-event.ts';

const timer = readFileSync(new URL('../../../events/samples/timer.json', import.meta.url));

describe('the order of a sweep', () => {
  it('is a timer’s payload, or our own', () => {
    expect(readSweepEvent(timer)).toBe('sweep');
    expect(readSweepEvent(Buffer.from('{"kind":"darkroom.sweep"}'))).toBe('sweep');
    expect(readSweepEvent(Buffer.from('{"kind":"darkroom.drain"}'))).toBe('drain');
  });

  it.each([
    'hello',
    '{}',
    '{"kind":"darkroom.tend"}',
    '{"triggerTime":"t","triggerName":"n","payload":""}',
    '{"triggerTime":"t","triggerName":"n","payload":"{\\"kind\\":\\"darkroom.tend\\"}"}',
  ])('is not %s', event => {
    expect(() => readSweepEvent(Buffer.from(event))).toThrow(
      expect.objectContaining({ code: 'EVENT_UNREADABLE' }),
    );
  });
});
