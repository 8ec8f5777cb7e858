import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onExit } from 'signal-exit';
import { once } from '../../core/once.ts';
import { fontNamed } from '../../core/watermark/font-file.ts';
import type { MarkFont } from '../../core/watermark/wanted-marks.ts';

/** A font as Pango knows it. */
export interface NamedFont {
  family: string;
  file: string;
}

const known = new Map<string, Promise<NamedFont>>();

/** Pango takes fonts from files alone, and never lets go of one: it reads them as long as the process lives. */
export function fontFile({ sha256, bytes }: MarkFont): Promise<NamedFont> {
  return once(known, sha256, () => written(sha256, bytes));
}

async function written(sha256: string, bytes: Buffer): Promise<NamedFont> {
  const family = `darkroom-${sha256}`;
  const file = join(folderOfFonts(), `${sha256}.ttf`);
  await writeFile(file, fontNamed(bytes, family));
  return { family, file };
}

let folder: string | undefined;

function folderOfFonts(): string {
  if (folder !== undefined) return folder;
  const made = mkdtempSync(join(tmpdir(), 'darkroom-fonts-'));
  // A process that a signal ends has no event 'exit'.
  onExit(() => rmSync(made, { recursive: true, force: true }));
  useNoOtherSettings(made);
  folder = made;
  return made;
}

/**
 * A machine's settings decide how edges are drawn, so a file's bytes would be its machine's; where there are none,
 * fontconfig says so in the log. It reads this when the first text of a process is drawn.
 */
function useNoOtherSettings(folder: string): void {
  const file = join(folder, 'fonts.conf');
  writeFileSync(
    file,
    `<?xml version="1.0"?><fontconfig><cachedir>${folder}</cachedir></fontconfig>`,
  );
  process.env.FONTCONFIG_FILE = file;
}
