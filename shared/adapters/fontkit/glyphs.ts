import { Failure } from '../../core/failure.ts';
import type { Covers } from '../../core/watermark/runs.ts';

/** Which characters a font has. Loaded when the first text is to be drawn. */
export async function glyphsOf(font: Buffer): Promise<Covers> {
  const { create } = await import('fontkit');
  try {
    const read = create(font);
    const one = 'fonts' in read ? read.fonts[0] : read;
    if (!one) throw new Error('a collection of no font');
    // Its table is read at the first question.
    one.hasGlyphForCodePoint(0x20);
    return codePoint => one.hasGlyphForCodePoint(codePoint);
  } catch (cause) {
    const message = 'expected a font with a table of its characters, it cannot be read';
    throw new Failure('PRESETS_INVALID', message, { cause });
  }
}
