import type { Size } from '../picture/picture.ts';
import { mostEms } from './ems.ts';
import type { Mark } from './mark.ts';
import type { WantedMark } from './wanted-marks.ts';

/** Where a mark stands in a file, in pixels. */

export interface Place {
  left: number;
  top: number;
}

/** The width of an image, or the height of letters. */
export function markPixels(
  { size, least = 1, most = Number.POSITIVE_INFINITY }: Pick<Mark, 'size' | 'least' | 'most'>,
  width: number,
): number {
  return Math.min(most, Math.max(least, (size * width) / 100));
}

/** A mark that is not tiled stays within the picture, and its offset. */
export function roomFor({ offset, tile }: Pick<Mark, 'offset' | 'tile'>, { width, height }: Size) {
  const away = tile ? 0 : inPixels(offset, width);
  return { width: Math.max(1, width - 2 * away), height: Math.max(1, height - 2 * away) };
}

/** Heights of letters that a line is high, with what stands above and below them. */
const LINE = 3;

/** How many pixels a mark has in a file at most, whatever its image and its font are. */
export function mostPixels({ mark, text }: WantedMark, file: Size): number {
  const room = roomFor(mark, file);
  const size = markPixels(mark, file.width);
  const width = Math.min(room.width, text === undefined ? size : size * mostEms(text));
  const height = text === undefined ? room.height : Math.min(room.height, LINE * size);
  // What is turned lies in a box of its own, of any angle no larger than this.
  return mark.tile ? (width + height) ** 2 / 2 : width * height;
}

export function placesIn(
  { gravity, offset, tile }: Pick<Mark, 'gravity' | 'offset' | 'tile'>,
  mark: Size,
  picture: Size,
): Place[] {
  if (tile) return tiled(mark, inPixels(tile.gap, picture.width), picture);
  const away = inPixels(offset, picture.width);
  const left = along(/west$/.test(gravity), /east$/.test(gravity));
  const top = along(/^north/.test(gravity), /^south/.test(gravity));
  return [
    { left: left(picture.width, mark.width, away), top: top(picture.height, mark.height, away) },
  ];
}

/** On one axis: at its start, at its end, or in the middle. */
function along(isStart: boolean, isEnd: boolean) {
  return (whole: number, part: number, away: number): number => {
    const most = Math.max(0, whole - part);
    const at = isStart ? away : isEnd ? most - away : Math.round(most / 2);
    return Math.min(most, Math.max(0, at));
  };
}

/** Every other row begins half a step earlier, so that nothing lies in columns. */
function tiled({ width, height }: Size, gap: number, picture: Size): Place[] {
  const step = { x: width + gap, y: height + gap };
  const places: Place[] = [];
  for (let row = 0, top = 0; top < picture.height; row += 1, top += step.y) {
    const first = row % 2 === 0 ? 0 : -Math.round(step.x / 2);
    for (let left = first; left < picture.width; left += step.x) places.push({ left, top });
  }
  return places;
}

function inPixels(share: number, width: number): number {
  return Math.max(share > 0 ? 1 : 0, Math.round((share * width) / 100));
}
