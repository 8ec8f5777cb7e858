import { describe, expect, it } from 'vitest';
import { replayedEvent, unpackedEvent } from '../../../shared/fc/replayed-event.ts';

const AT = new Date('2026-11-28T10:00:00.000Z');

describe('an event that is handed over again', () => {
  it.each(['{"events":[]}', '[1]', '"}"', '{"a":"海}"}'])('comes out as it was: %s', text => {
    const payload = replayedEvent(Buffer.from(text), AT);
    expect(JSON.parse(payload.toString())).toMatchObject({ kind: 'darkroom.replay' });
    const { event, replayedAt } = unpackedEvent(payload);
    expect(event.toString()).toBe(text);
    expect(replayedAt).toBe(AT.toISOString());
    const later = new Date('2026-11-28T11:00:00.000Z');
    expect(replayedEvent(payload, later)).toEqual(replayedEvent(Buffer.from(text), later));
  });

  it('is left alone where it is no JSON, and one that is no replay has no time', () => {
    expect(replayedEvent(Buffer.from('{'), AT).toString()).toBe('{');
    expect(unpackedEvent(Buffer.from('{"events":[]}'))).toEqual({
      event: Buffer.from('{"events":[]}'),
    });
  });
});
