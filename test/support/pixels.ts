import sharp from 'sharp';
import { expect } from 'vitest';
import type { Raster } from '../../shared/ports.ts';

/** The colour at a place given in shares of the picture. */
export async function pixel(file: Buffer | Raster, x: number, y: number): Promise<number[]> {
  const { data, info } = Buffer.isBuffer(file)
    ? await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true })
    : { data: file.data, info: file };
  const column = Math.min(info.width - 1, Math.floor(info.width * x));
  const row = Math.min(info.height - 1, Math.floor(info.height * y));
  const at = (row * info.width + column) * info.channels;
  return [...data.subarray(at, at + 3)];
}

export function expectNear(received: number[], expected: number[], tolerance = 12): void {
  for (const [index, channel] of received.entries()) {
    expect(
      Math.abs(channel - (expected[index] ?? 0)),
      `${received} is not near ${expected}`,
    ).toBeLessThanOrEqual(tolerance);
  }
}

export const RED = [255, 0, 0];
export const GREEN = [0, 255, 0];
export const BLUE = [0, 0, 255];
export const WHITE = [255, 255, 255];
