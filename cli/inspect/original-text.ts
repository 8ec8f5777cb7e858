import {
  type Content,
  LEAST_EVEN,
  MOST_COLOURS,
  SHARP_EDGES,
} from '../../shared/core/picture/content.ts';
import type { Picture } from '../../shared/core/picture/picture.ts';
import { versionOf } from '../../shared/core/set/keys.ts';
import type { OriginalObject } from '../../shared/core/set/manifest.ts';
import type { Status } from '../../shared/core/set/status.ts';
import { bytesAsText } from '../terminal/figures.ts';
import { danglingText } from './dangling.ts';

/** Lines of `explain`: what an original is, and what was said of it. */

function factsOf(picture: Picture): string[] {
  const gainMap = picture.gainMap ? 'gain map that cannot be read' : 'gain map';
  return [
    `${picture.format} ${picture.width}x${picture.height}`,
    ...(picture.frames > 1 ? [`${picture.frames} frames`] : []),
    ...(picture.alpha ? ['transparent parts'] : []),
    ...(picture.profile ? ['wide gamut'] : []),
    ...(picture.hdr ? [gainMap] : []),
    ...(picture.salvaged ? ['cut off, what came is shown'] : []),
  ];
}

export function originalText({ original, picture }: Status, nowhere: string | undefined): string {
  if (!original) {
    const found = nowhere === undefined ? 'gone' : danglingText(nowhere);
    return `${found}: its set is an orphan (npx darkroom verify)`;
  }
  const { etag, bytes, focus, texts } = original;
  const facts = picture ? factsOf(picture) : ['not read yet, or not readable'];
  const said = focus === undefined ? [] : [focusText(focus)];
  const words = Object.entries(texts ?? {}).map(wordText);
  return [
    ...facts,
    ...said,
    ...words,
    bytesAsText(bytes),
    `ETag ${etag}`,
    `version ${versionOf(etag)}`,
  ].join(', ');
}

function wordText([word, text]: [string, string | null]): string {
  const name = `x-oss-meta-wm-${word}`;
  return text === null ? `${name} cannot be drawn` : `${name} ${JSON.stringify(text)}`;
}

export function contentText({ chroma, colourEdges, flat, even, colours }: Content): string {
  const edges = `${chroma} (edges of colour ${colourEdges}, above ${SHARP_EDGES} it is 4:4:4)`;
  const figures = `even ${even} of 1000, from ${LEAST_EVEN} on; ${colours} colours for 1000 pixels, at most ${MOST_COLOURS}`;
  return `${edges}, ${flat ? 'flat' : 'not flat'} (${figures})`;
}

export function linkTexts({ original, unasked }: Status): string[] {
  if (!original?.link) return [];
  const reason = unasked ? `: nothing is made of it, since ${unasked}` : '';
  return [`  symlink   to ${original.link.target}${reason}`];
}

function focusText(focus: NonNullable<OriginalObject['focus']>): string {
  if (focus === 'unreadable') return 'focus said by x-oss-meta-focus cannot be read';
  return `focus ${focus.x / 1000},${focus.y / 1000}`;
}
