import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import * as z from 'zod';

/**
 * Pictures of the studio for docs/, of a platform with the photos that every start uploads. Takes Debian's Chromium, and a
 * Chinese font for names of keys (apt-get install chromium fonts-wqy-microhei).
 */

const root = resolve(import.meta.dirname, '..');
const OUT = join(root, 'docs/images');
const SEEDED = 5;
const PATIENCE_MS = 120_000;

const readySchema = z.object({ studio: z.string() });

const data = await mkdtemp(join(tmpdir(), 'darkroom-screenshots-'));
const command = [
  '--import',
  'tsx',
  'cli/index.ts',
  'local',
  '--json',
  '--port',
  '0',
  '--data',
  data,
];
const platform = spawn(process.execPath, command, {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  await take(await studioOf(platform.stdout));
} finally {
  platform.kill('SIGINT');
  await new Promise(ended => platform.once('exit', ended));
  await rm(data, { recursive: true, force: true });
}

/** Its first line says where all is; what follows is let through, so that it never waits for us. */
async function studioOf(output: NodeJS.ReadableStream): Promise<string> {
  const [line] = await once(createInterface({ input: output }), 'line');
  return readySchema.parse(JSON.parse(line)).studio;
}

async function take(studio: string): Promise<void> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-US' });
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(studio);
    // Of a busy machine some may be left to their first view (`pressure`).
    await page
      .locator('.album img')
      .nth(SEEDED - 1)
      .waitFor();
    await page.locator('.badge.developing').first().waitFor({ state: 'detached' });
    await page.waitForTimeout(1000);
    await page.screenshot({ path: join(OUT, 'studio-album.png') });
    await page.goto(`${studio}/#/photo/${encodeURIComponent('photos/海星.jpg')}`);
    await page.locator('.device img').nth(2).waitFor();
    await page.waitForTimeout(1000);
    await page.screenshot({ path: join(OUT, 'studio-photo.png') });
    await page.goto(`${studio}/#/presets`);
    await page.locator('.cm-content').waitFor();
    await page.screenshot({ path: join(OUT, 'studio-presets.png') });
  } finally {
    await browser.close();
  }
}
