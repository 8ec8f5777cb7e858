import { apngFrames } from './apng.ts';
import { hiddenPoster } from './apng-frames.ts';
import { colourOf, type Pixels } from './colour.ts';
import { toldBy } from './colour-told.ts';
import { gainMapIn } from './gain-map.ts';
import { showsCanvas } from './gif.ts';
import { heicOrientation } from './heic-orientation.ts';
import { copyrightIn, labelsIn, type Metadata } from './labels.ts';
import type { Picture, Size } from './picture.ts';
import { isFirstExtraAlpha } from './tiff-samples.ts';

/** What a decoder reads from a file's header; sharp's names. */
export interface Header extends Metadata, Pixels {
  autoOrient: Size;
  /** EXIF's, 1 to 8; from 5 on a picture is stored on its side. */
  orientation?: number | undefined;
  /** Of one frame, where a file has several. */
  pageHeight?: number | undefined;
  pages?: number | undefined;
  hasAlpha: boolean;
  compression?: 'av1' | 'hevc' | undefined;
  gainMap?: object | undefined;
}

export function pictureFrom(
  file: Buffer,
  kind: Picture['format'],
  header: Header,
  keeps: { copyright: boolean },
): Picture {
  const labels = labelsIn(file, kind, header);
  const copyright = keeps.copyright ? copyrightIn(header) : undefined;
  return {
    // A brand such as mif1 does not tell HEVC from AV1.
    format: kind === 'heic' && header.compression === 'av1' ? 'avif' : kind,
    ...(kind === 'heic' ? sizeOfHeic(file, header) : sizeIn(header)),
    alpha: hasAlpha(file, kind, header),
    frames: framesIn(file, kind, header),
    ...(colourOf(toldBy(file, kind), header).isWide ? { profile: 'p3' } : {}),
    ...(kind === 'jpeg' ? hdrIn(file, header) : {}),
    ...(labels ? { labels } : {}),
    ...(copyright ? { copyright } : {}),
  };
}

/** libvips knows some of these files, the index of pictures others. */
function hdrIn(file: Buffer, { gainMap }: Header): Pick<Picture, 'hdr' | 'gainMap'> {
  const found = gainMapIn(file);
  if (found === undefined && !gainMap) return {};
  return found && found !== 'unreadable' ? { hdr: true } : { hdr: true, gainMap: 'unreadable' };
}

/** Upright, of one frame. */
function sizeIn({ autoOrient: { width, height }, orientation = 1, pageHeight }: Header): Size {
  if (pageHeight === undefined) return { width, height };
  return orientation < 5 ? { width, height: pageHeight } : { width: pageHeight, height };
}

function sizeOfHeic(file: Buffer, header: Header): Size {
  const { width, height } = sizeIn(header);
  return heicOrientation(file, header.exif) < 5
    ? { width, height }
    : { width: height, height: width };
}

/** Of the picture that is shown, also where its decoder would give none. */
function hasAlpha(file: Buffer, kind: Picture['format'], header: Header): boolean {
  if (kind === 'tiff') return header.hasAlpha && isFirstExtraAlpha(file);
  if (header.hasAlpha) return true;
  if (kind === 'gif') return showsCanvas(file, sizeIn(header));
  const poster = kind === 'png' ? hiddenPoster(file) : undefined;
  const canvas = header.autoOrient.width * header.autoOrient.height;
  return poster !== undefined && poster.width * poster.height < canvas;
}

function framesIn(file: Buffer, kind: Picture['format'], { pages = 1 }: Header): number {
  if (kind === 'png') return apngFrames(file);
  return kind === 'gif' || kind === 'webp' ? pages : 1;
}
