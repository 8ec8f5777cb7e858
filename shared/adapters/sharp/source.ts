import sharp from 'sharp';
import { hiddenPoster, type Poster } from '../../core/picture/apng-frames.ts';
import { showsCanvas, withTransparentCanvas } from '../../core/picture/gif.ts';
import { heicOrientation } from '../../core/picture/heic-orientation.ts';
import type { Picture, Size } from '../../core/picture/picture.ts';
import { tiffOf } from '../../core/picture/tiff-writer.ts';
import type { ForeignDecoders } from '../../ports.ts';
import type { Seen } from './colour.ts';
import { pixelsOf } from './rasters.ts';

/** The file that sharp decodes the picture of: the original, or what stands for it where sharp would see another. */
export async function sourceOf(
  file: Buffer,
  picture: Picture,
  seen: Seen,
  foreign: ForeignDecoders,
): Promise<Buffer> {
  if (picture.format === 'heic') return await fromHeic(file, picture, seen, foreign);
  if (picture.format === 'gif' && showsCanvas(file, picture)) return withTransparentCanvas(file);
  const poster = picture.format === 'png' ? hiddenPoster(file) : undefined;
  return poster ? await onCanvas(poster, file, seen) : file;
}

/** As a TIFF, which carries profile and orientation along. */
async function fromHeic(
  file: Buffer,
  picture: Picture,
  { colour, icc, exif }: Seen,
  foreign: ForeignDecoders,
): Promise<Buffer> {
  const pixels = await foreign.heic(file, pixelsOf(picture));
  return tiffOf(
    { ...pixels, channels: 4 },
    {
      ...(icc && colour.by === 'profile' ? { icc } : {}),
      orientation: heicOrientation(file, exif),
    },
  );
}

async function onCanvas(poster: Poster, file: Buffer, { isDeep }: Seen): Promise<Buffer> {
  const { left, top, width, height } = poster;
  const png = poster.file();
  const canvas: Size = { width: file.readUInt32BE(16), height: file.readUInt32BE(20) };
  if (canvas.width === width && canvas.height === height) return png;
  const [right, bottom] = [canvas.width - left - width, canvas.height - top - height];
  return await sharp(png, { limitInputPixels: false })
    .ensureAlpha()
    .extend({ left, top, right, bottom, background: '#00000000' })
    .toColourspace(isDeep ? 'rgb16' : 'srgb')
    .keepMetadata()
    .png({ compressionLevel: 0 })
    .toBuffer();
}
