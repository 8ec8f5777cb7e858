import { exifOrientation } from './exif.ts';
import { isTurnedByBox } from './iso-media.ts';

/**
 * EXIF's, 1 to 8, where no box of the picture turns it: phones of Samsung write EXIF only, and viewers heed it. With
 * irot or imir it says what the decoder has done by then. (ISO/IEC 23008-12, 6.5.10; MIAF, 7.3.6.7)
 */
export function heicOrientation(file: Buffer, exif: Buffer | undefined): number {
  return isTurnedByBox(file) ? 1 : exifOrientation(exif);
}
