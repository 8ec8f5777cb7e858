import sharp from 'sharp';
import type { Size } from '../../core/picture/picture.ts';
import { mostEms } from '../../core/watermark/ems.ts';
import type { Run } from '../../core/watermark/runs.ts';
import type { Layer } from '../../core/watermark/stamp.ts';
import type { MarkFont } from '../../core/watermark/wanted-marks.ts';
import { fontFile, type NamedFont } from './fonts.ts';
import { emptyLayer, layerFrom, sharpOf } from './layers.ts';

export interface MarkText {
  runs: Run[];
  fonts: MarkFont[];
  colour: string;
}

/** Letters of this height, or smaller where they would be wider than the room that there is. */
export async function textLayer(text: MarkText, height: number, room: Size): Promise<Layer> {
  const fonts = await registered(text.fonts);
  const most = Math.min(height, await mostHeight(text, fonts, { height, room }));
  const layer = await drawn(text, fonts, most);
  const scale = scaleInto(room, layer);
  if (scale >= 1) return layer;
  const smaller = await drawn(text, fonts, Math.max(1, most * scale));
  return scaleInto(room, smaller) >= 1 ? smaller : await shrunk(smaller, room);
}

/** In pixels: enough for letters to be in proportion. */
const SAMPLE = 32;

/** A sample tells it: letters as high as a picture, one beside the other, are more pixels than Cairo has, or the memory. */
async function mostHeight(
  text: MarkText,
  fonts: NamedFont[],
  { height, room }: { height: number; room: Size },
): Promise<number> {
  const ems = text.runs.reduce((sum, run) => sum + mostEms(run.text), 0);
  const isSure = height * ems <= room.width && height <= room.height / 2;
  if (isSure || height <= SAMPLE) return height;
  return SAMPLE * scaleInto(room, await drawn(text, fonts, SAMPLE));
}

function scaleInto(room: Size, { width, height }: Size): number {
  return Math.min(room.width / width, room.height / height);
}

/** Letters are a whole number of pixels apart: of many small ones that is much. */
async function shrunk(layer: Layer, room: Size): Promise<Layer> {
  const box = { width: Math.floor(room.width), height: Math.floor(room.height) };
  return await layerFrom(sharpOf(layer).resize({ ...box, fit: 'inside' }));
}

async function drawn(
  { runs, colour }: MarkText,
  fonts: NamedFont[],
  height: number,
): Promise<Layer> {
  const [first] = fonts;
  const parts = runs.map(run => markupOf(run, fonts));
  const text = `<span foreground="${colour}">${onRomanLine(runs)}${parts.join('')}</span>`;
  // At 72 dots an inch a point is a pixel.
  const font = {
    dpi: 72,
    font: `${first?.family} ${height.toFixed(2)}`,
    fontfile: first?.file ?? '',
  };
  try {
    return await layerFrom(sharp({ text: { text, ...font, rgba: true } }));
  } catch (thrown) {
    if ((thrown as Error).message.trim() === BLANK) return emptyLayer({ width: 1, height: 1 });
    throw thrown;
  }
}

/** Of a text all of whose glyphs are empty. https://github.com/libvips/libvips/blob/v8.18.0/libvips/create/text.c */
const BLANK = 'text: no text to render';

/**
 * Pango sets all fonts of a line by the baseline of its first script, and a font that has no Chinese guesses where that
 * of Chinese is. A Latin letter of no size goes first, but before what is written from the right, which stands on the
 * Latin line itself. https://gitlab.gnome.org/GNOME/pango/-/blob/1.56.0/pango/pango-layout.c
 */
function onRomanLine(runs: Run[]): string {
  const text = runs.map(run => run.text).join('');
  const [strong = ''] = /[\p{L}\u200e\u200f]/u.exec(text) ?? [];
  if (runs.length < 2 || FROM_RIGHT.test(strong)) return '';
  return '<span size="1" fgalpha="1" fallback="false">x</span>';
}

/** https://www.unicode.org/reports/tr9/#Bidirectional_Character_Types */
const FROM_RIGHT =
  /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefe\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Without `fallback` Pango would look in all fonts that the process has ever seen, and for emoji there first. */
function markupOf({ font, text }: Run, fonts: NamedFont[]): string {
  return `<span font_family="${fonts[font]?.family}" fallback="false">${escaped(text)}</span>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const seen = new Map<string, Promise<unknown>>();

/** sharp names one file a text, so each other one is made known by a text of its own. */
async function registered(fonts: MarkFont[]): Promise<NamedFont[]> {
  const named = await Promise.all(fonts.map(fontFile));
  for (const font of named.slice(1)) {
    const registering = seen.get(font.file) ?? register(font);
    seen.set(font.file, registering);
    try {
      await registering;
    } catch (thrown) {
      seen.delete(font.file);
      throw thrown;
    }
  }
  return named;
}

async function register({ family, file }: NamedFont): Promise<unknown> {
  return await sharp({ text: { text: '.', font: `${family} 8`, fontfile: file } })
    .raw()
    .toBuffer();
}
