import { expect, it } from 'vitest';
import { crc64Of, createCrc64 } from '../../../shared/core/crc64.ts';

it.each([
  ['123456789', '11051210869376104954'],
  ['', '0'],
])('CRC-64/XZ of %j is what OSS says', (text, expected) => {
  expect(crc64Of(Buffer.from(text))).toBe(expected);
  const growing = createCrc64();
  for (const byte of Buffer.from(text)) growing.update(Buffer.of(byte));
  expect(growing.digest()).toBe(expected);
});
