import { expect, it } from 'vitest';
import { counted } from '../../../cli/terminal/figures.ts';

it.each([
  [0, '0 days'],
  [0.5, '0.5 days'],
  [0.999, '1 day'],
  [1, '1 day'],
  [1.04, '1 day'],
  [1.9, '1.9 days'],
  [2, '2 days'],
  [1234, '1,234 days'],
])('says of %d how many there are, one alone without an s', (figure, text) => {
  expect(counted(figure, 'day')).toBe(text);
});
