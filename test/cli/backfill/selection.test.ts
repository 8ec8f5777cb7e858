import { expect, it } from 'vitest';
import { plannedFor } from '../../../cli/backfill/selection.ts';
import { listOf } from '../../support/preset-lists.ts';

const list = listOf(`
version: 1
rules:
  - { match: 'users/**', presets: [feed], moderate: { block: ['* >= high'] } }
  - { match: 'none/**', presets: none }
  - { match: '**', presets: [feed] }
presets: [{ name: feed, widths: [480], formats: { jpeg: {}, webp: {} } }]
`);
const entry = (key: string, isLink?: true) => ({ key, cursor: key, ...(isLink ? { isLink } : {}) });

it('asks for verdicts on what a rule has judged, and on symlinks, which may lead there', () => {
  const planned = plannedFor({ prefix: '', mode: 'moderate' }, list);
  expect(planned(entry('users/a.jpg'))).toBe(2);
  expect(planned(entry('docs/a.jpg'))).toBeUndefined();
  expect(planned(entry('docs/link.jpg', true))).toBe(2);
  expect(planned(entry('none/link.jpg', true))).toBeUndefined();
});

it('takes all that has files in other modes', () => {
  const planned = plannedFor({ prefix: '', mode: 'settle' }, list);
  expect(planned(entry('docs/a.jpg'))).toBe(2);
  expect(planned(entry('none/a.jpg'))).toBeUndefined();
});
