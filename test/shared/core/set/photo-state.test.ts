import { describe, expect, it } from 'vitest';
import { progressOf } from '../../../../client/state.ts';
import { stateOfSet } from '../../../../shared/core/set/photo-state.ts';
import { nothingSpent, reportOf } from '../../../../shared/core/set/report.ts';
import { entries, photo } from '../../../client/developed.ts';

const whole = photo({}, entries('feed-480.jpeg', 'zoom-960.jpeg on_demand'));
const broken = { ...photo({}, entries('feed-480.jpeg', 'feed-480.webp failed')), complete: false };
const later = entries('feed-480.jpeg', 'zoom-960.jpeg on_demand').map(one =>
  one.state === 'on_demand' ? { ...one, deferred: true as const } : one,
);
const pressed = { ...photo({}, later), complete: false };
const pressedAndBroken = {
  ...photo({}, [...later, ...entries('feed-480.webp failed')]),
  complete: false,
};
const pressedAndBlamed = {
  ...pressed,
  failure: { code: 'ORIGINAL_CRASHED' as const, message: '' },
};
const old = entries('feed-480.jpeg on_demand').map(one =>
  one.state === 'on_demand' ? { ...one, aged: true as const } : one,
);
const oldAndBroken = { ...photo({}, [...old, ...entries('a-9.jpeg failed')]), complete: false };
const hopeless = { ...photo({}, []), complete: false };

describe('the state of a photo', () => {
  it.each([
    ['nobody has developed yet', undefined, undefined, 'pending'],
    ['whose files are all there', whole, undefined, 'ready'],
    ['of the upload that is waited for', whole, '"e"', 'ready'],
    ['of an earlier upload under its key', whole, 'F', 'pending'],
    ['of which some files were left for later', pressed, 'E', 'ready'],
    [
      'of which some files were left for later, and one failed',
      pressedAndBroken,
      'E',
      'partly-failed',
    ],
    [
      'that was blamed after some files were left for later',
      pressedAndBlamed,
      'E',
      'partly-failed',
    ],
    ['of which no file is kept any more', photo({}, old), 'E', 'ready'],
    ['of which no file is kept any more, and one failed', oldAndBroken, 'E', 'partly-failed'],
    ['of which some files failed', broken, 'E', 'partly-failed'],
    [
      'of which all files failed',
      { ...photo({}, entries('a-9.jpeg failed')), complete: false },
      'E',
      'failed',
    ],
    ['that is no picture', hopeless, 'E', 'failed'],
    ['of an earlier upload that was no picture', hopeless, 'F', 'pending'],
    ['that was judged', { ...hopeless, state: 'blocked' as const }, 'E', 'blocked'],
    ['that waits for a person', { ...hopeless, state: 'held' as const }, undefined, 'held'],
    [
      'of an earlier upload that was judged',
      { ...hopeless, state: 'held' as const },
      'F',
      'pending',
    ],
    [
      'that was judged, and taken down',
      { ...hopeless, state: 'held' as const, takenDown: { at: '2026-11-24T00:00:00.000Z' } },
      'E',
      'absent',
    ],
    [
      'that was taken down',
      { ...hopeless, takenDown: { at: '2026-11-24T00:00:00.000Z' } },
      'F',
      'absent',
    ],
  ])('%s, for the core and for clients', (_, manifest, etag, state) => {
    expect(stateOfSet(manifest, etag)).toBe(state);
    expect(progressOf(manifest, etag)).toBe(state);
  });

  it.each([
    ['developed', whole, 'ready'],
    ['settled', broken, 'partly-failed'],
    ['failed', hopeless, 'failed'],
    ['failed', undefined, 'failed'],
    ['removed', undefined, 'absent'],
    ['ignored', undefined, 'absent'],
    ['taken-down', undefined, 'absent'],
  ] as const)('is in the report of one that was %s', (outcome, manifest, state) => {
    const run = { key: 'a.jpg', spent: nothingSpent() };
    expect(reportOf(run, { outcome, manifest }).state).toBe(state);
  });
});
