import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { newFolder } from '../../../support/folders.ts';
import { programOf } from '../../../support/processes.ts';

interface Drawn {
  width: number;
  height: number;
  columns: number[];
  lacking: string[];
  hash: string;
  /** The most that the process had until then, of letters of another height. */
  megabytes?: number;
}

type Asked = { text: string; fonts: string[]; height?: number };

/** In a process of its own on a machine without any font, as Function Compute is. */
async function withoutFonts(...asked: Asked[]): Promise<Drawn[]> {
  return (await drawnWith('<fontconfig/>', asked)).drawn;
}

/** By what a machine says of its fonts, if it says anything. */
async function drawnWith(settings: string | undefined, asked: Asked[]) {
  const folder = newFolder();
  const file = join(folder, 'fonts.conf');
  if (settings !== undefined) writeFileSync(file, `<?xml version="1.0"?>${settings}`);
  const env = { ...process.env, FONTCONFIG_FILE: file, TMPDIR: folder };
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [...programOf('fontless-run'), JSON.stringify(asked)],
    { env, maxBuffer: 1e8 },
  );
  return { drawn: JSON.parse(stdout) as Drawn[], stderr };
}

const inkOf = ({ columns }: Drawn) => columns.reduce((sum, one) => sum + one, 0);

describe('a text on a machine without fonts', () => {
  it('has the strokes of its Chinese characters', async () => {
    const [one, two, three] = await withoutFonts(
      { text: '一', fonts: ['chinese'] },
      { text: '二', fonts: ['chinese'] },
      { text: '三', fonts: ['chinese'] },
    );
    expect(one!.width / one!.height).toBeGreaterThan(2);
    expect(two!.height).toBeGreaterThan(1.5 * one!.height);
    expect(inkOf(three!)).toBeGreaterThan(inkOf(two!));
    expect(inkOf(two!)).toBeGreaterThan(inkOf(one!));
  });

  it('joins Arabic letters, and runs from right to left', async () => {
    const [joined, apart, alef] = await withoutFonts(
      { text: 'ببب', fonts: ['arabic'] },
      { text: 'ب\u200cب\u200cب', fonts: ['arabic'] },
      { text: 'لــــ', fonts: ['arabic'] },
    );
    expect(joined!.width).toBeLessThan(0.8 * apart!.width);
    const tallest = alef!.columns.indexOf(Math.max(...alef!.columns));
    expect(tallest / alef!.width).toBeGreaterThan(0.7);
  });

  it('has the letters of all its fonts on one line', async () => {
    const fonts = ['chinese', 'arabic'];
    const [han, alef, both, turned] = await withoutFonts(
      { text: '张', fonts },
      { text: 'ا', fonts },
      { text: '张ا', fonts },
      { text: 'ا张', fonts },
    );
    const highest = Math.max(han!.height, alef!.height);
    expect(both!.height).toBeLessThan(1.25 * highest);
    expect(turned!.height).toBe(both!.height);
    expect(Math.abs(both!.width - turned!.width)).toBeLessThanOrEqual(2);
    const inkOfAll = (one: Drawn) => inkOf(one) / 1000;
    expect(inkOfAll(both!)).toBeCloseTo(inkOfAll(turned!), 0);
  });

  it('takes each character from the font that has it, and leaves out what none has', async () => {
    const [whole, plain, none] = await withoutFonts(
      { text: '张مرحبا😀', fonts: ['chinese', 'arabic', 'emoji'] },
      { text: '张مرحبا😀', fonts: ['chinese'] },
      { text: '😀', fonts: ['chinese'] },
    );
    expect(whole!.lacking).toEqual([]);
    expect(plain!.lacking).toEqual(['U+0645', 'U+0631', 'U+062D', 'U+0628', 'U+0627', 'U+1F600']);
    expect(plain!.width).toBeLessThan(0.5 * whole!.width);
    expect(none).toEqual({ lacking: ['U+1F600'] });
  });

  it.each([
    ['has no fontconfig', undefined],
    [
      'wants no soft edges',
      '<fontconfig><match target="font"><edit name="antialias" mode="assign"><bool>false</bool></edit></match></fontconfig>',
    ],
  ])('is the same where the machine %s, and nothing is said of it', async (_, settings) => {
    const asked = [{ text: '张مرحبا😀', fonts: ['chinese', 'arabic', 'emoji'] }];
    expect(await drawnWith(settings, asked)).toEqual({
      drawn: await withoutFonts(...asked),
      stderr: '',
    });
  });

  it('is as wide as there is room, and takes no memory beyond it, of characters many times as wide as high', async () => {
    const [letter, wide] = await withoutFonts(
      { text: 'ا', fonts: ['arabic'], height: 1900 },
      { text: '\ufdfd', fonts: ['arabic'], height: 1900 },
    );
    expect(wide!.width).toBeGreaterThan(1800);
    expect(wide!.width).toBeLessThanOrEqual(2000);
    expect(wide!.megabytes! - letter!.megabytes!).toBeLessThan(60);
  });

  it('is the same whatever fonts the process drew with before', async () => {
    const asked = [
      { text: '😀👍🏽', fonts: ['boldEmoji'] },
      { text: '张 Anna', fonts: ['chinese'] },
    ];
    const before = [
      { text: '😀', fonts: ['emoji'] },
      { text: 'Anna', fonts: ['arabic', 'emoji'] },
    ];
    const fresh = await withoutFonts(...asked);
    const late = (await withoutFonts(...before, ...asked)).slice(2);
    expect(late.map(({ hash }) => hash)).toEqual(fresh.map(({ hash }) => hash));
    const [other] = await withoutFonts({ text: '😀👍🏽', fonts: ['emoji'] });
    expect(other!.hash).not.toBe(fresh[0]!.hash);
  });
});
