import type { Raster } from '../../shared/ports.ts';

interface Picture {
  data: Uint8ClampedArray;
  width: number;
  height: number;
}
interface SsimJs {
  ssim(one: Picture, other: Picture): { mssim: number };
}

/** Mean SSIM of two rasters of one size; ssim.js is CommonJS and a peer, so it is required from there. */
export function similarityFrom(require: NodeJS.Require) {
  const name = 'ssim.js';
  const { ssim } = require(name) as SsimJs;
  return ({ data, direct, width, height, channels }: Raster & { direct: Buffer }): number => {
    const picture = (pixels: Buffer) => ({ data: opaque(pixels, channels), width, height });
    return ssim(picture(data), picture(direct)).mssim;
  };
}

function opaque(pixels: Buffer, channels: number): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray((pixels.length / channels) * 4).fill(255);
  for (let from = 0, to = 0; from < pixels.length; from += channels, to += 4) {
    for (let channel = 0; channel < 3; channel += 1) {
      rgba[to + channel] = pixels[from + channel] ?? 0;
    }
  }
  return rgba;
}
