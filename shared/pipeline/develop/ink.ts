import type { Mark } from '../../core/watermark/mark.ts';
import { runsOf } from '../../core/watermark/runs.ts';
import type { DrawnMark, WantedMark } from '../../core/watermark/wanted-marks.ts';
import type { Variant } from '../../core/set/variants.ts';
import type { Marks } from '../../ports.ts';

/** The files with all that is needed to draw their marks: images, fonts, and which font draws which part of a text. */
export async function inked(variants: Variant[], marks: Marks): Promise<Variant[]> {
  const known = new Map<WantedMark['mark'], Map<string, Promise<Inked>>>();
  const once = ({ mark, text = '' }: WantedMark): Promise<Inked> => {
    const ofMark = known.get(mark) ?? new Map<string, Promise<Inked>>();
    known.set(mark, ofMark);
    const ink = ofMark.get(text) ?? inkOf({ mark, text }, marks);
    ofMark.set(text, ink);
    return ink;
  };
  return await Promise.all(variants.map(variant => withInk(variant, once)));
}

interface Inked {
  /** Undefined of a text of which no character can be drawn. */
  drawn: DrawnMark | undefined;
  lacking: string[];
}

async function withInk(
  variant: Variant,
  inkOf: (mark: WantedMark) => Promise<Inked>,
): Promise<Variant> {
  if (!variant.marks || variant.marks.length === 0) return variant;
  const inks = await Promise.all(variant.marks.map(inkOf));
  const unshown = [...new Set(inks.flatMap(({ lacking }) => lacking))];
  return {
    ...variant,
    drawn: inks.flatMap(({ drawn }) => drawn ?? []),
    ...(unshown.length > 0 ? { unshown } : {}),
  };
}

async function inkOf({ mark, text = '' }: WantedMark, marks: Marks): Promise<Inked> {
  const { sha256 = [] } = mark;
  if (mark.image) return { drawn: await imageOf(mark, sha256, marks), lacking: [] };
  const { runs, lacking } = runsOf(text, await Promise.all(sha256.map(marks.glyphsOf)));
  if (runs.length === 0) return { drawn: undefined, lacking };
  const fonts = sha256.map(async one => ({ sha256: one, bytes: await marks.bytesOf(one) }));
  return { drawn: { mark, runs, fonts: await Promise.all(fonts) }, lacking };
}

async function imageOf(mark: Mark, [sha256 = '']: string[], marks: Marks): Promise<DrawnMark> {
  return { mark, image: await marks.bytesOf(sha256) };
}
