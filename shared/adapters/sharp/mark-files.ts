import sharp from 'sharp';
import { sha256Of } from '../../core/list/fingerprint.ts';
import { Failure, failureOf } from '../../core/failure.ts';
import { attempt } from '../../core/picture/codec-step.ts';
import { sourceFormatOf } from '../../core/picture/source-format.ts';
import { MOST_SIDE } from '../../core/watermark/accepted.ts';
import type { Covers, Glyphs } from '../../core/watermark/runs.ts';
import type { InspectMark } from '../../ports.ts';
import { textLayer } from './text-mark.ts';

/** Whether a file can be drawn with: it is, once, before a list that names it is accepted. */
export function markInspection(glyphs: Glyphs): InspectMark {
  return async ({ kind }, bytes) => {
    if (kind === 'image') await inspectImage(bytes);
    else await inspectFont(bytes, await glyphs(bytes));
  };
}

const FORMATS = ['png', 'webp', 'jpeg'];

async function inspectImage(bytes: Buffer): Promise<void> {
  const format = formatOf(bytes);
  if (!FORMATS.includes(format)) throw refused(`expected a PNG, WebP or JPEG, received ${format}`);
  const read = () => sharp(bytes, { limitInputPixels: MOST_SIDE ** 2, failOn: 'error' });
  const expected = `expected a whole ${format}`;
  const {
    width,
    height,
    pages = 1,
  } = await attempt('PRESETS_INVALID', expected, () =>
    sharp(bytes, { limitInputPixels: false }).metadata(),
  );
  if (Math.max(width, height) > MOST_SIDE) {
    throw refused(`expected at most ${MOST_SIDE} pixels a side, received ${width}x${height}`);
  }
  if (pages > 1) throw refused(`expected a still image, received one of ${pages} frames`);
  await attempt('PRESETS_INVALID', expected, () => read().raw().toBuffer());
}

function formatOf(bytes: Buffer): string {
  try {
    return sourceFormatOf(bytes);
  } catch (thrown) {
    throw refused(failureOf(thrown).message);
  }
}

/** Beyond the last there are none that a font draws. (Unicode, plane 3) */
const LAST = 0x3_ff_ff;

async function inspectFont(bytes: Buffer, covers: Covers): Promise<void> {
  const text = firstDrawn(covers);
  const fonts = [{ sha256: sha256Of(bytes), bytes }];
  const about = { runs: [{ font: 0, text }], fonts, colour: '#ffffff' };
  const expected = 'expected a font that draws its letters';
  const { data } = await attempt('PRESETS_INVALID', expected, () =>
    textLayer(about, 24, { width: 1000, height: 1000 }),
  );
  if (!data.some((value, at) => at % 4 === 3 && value > 0))
    throw refused(`${expected}, received none`);
}

function firstDrawn(covers: Covers): string {
  for (let point = 0x21; point <= LAST; point += 1) {
    const text = String.fromCodePoint(point);
    if (/[\p{L}\p{N}\p{So}]/u.test(text) && covers(point)) return text;
  }
  throw refused('expected a font with letters, received one without');
}

function refused(message: string): Failure {
  return new Failure('PRESETS_INVALID', message);
}
