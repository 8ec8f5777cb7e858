import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import * as z from 'zod';

/**
 * Pictures of the studio for docs/, of a platform with the photos that every start uploads. Takes Debian's Chromium, and a
 * Chinese font for names of keys (apt-get install chromium fonts-wqy-microhei).
 */

const root = resolve(import.meta.dirname, '..');
const OUT = join(root, 'docs/images');
const SEEDED = 5;
const MOST_BYTES = 200_000;
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
    await page
      .locator('.album img')
      .nth(SEEDED - 1)
      .waitFor();
    await page.locator('.badge.developing').first().waitFor({ state: 'detached' });
    await shoot(page, 'album');
    await page.goto(`${studio}/#/photo/${encodeURIComponent('photos/海星.jpg')}`);
    await page.locator('.device').nth(2).waitFor();
    // Of a busy machine some may be left to their first view (`pressure`).
    const unmade = page.getByRole('button', { name: 'View it' });
    while ((await unmade.count()) > 0) await unmade.first().click();
    await page.locator('.device img').nth(2).waitFor();
    await shoot(page, 'photo');
    await page.getByRole('button', { name: 'Take down …' }).click();
    await shoot(page, 'take-down');
    await page.goto(`${studio}/#/presets`);
    await page.locator('.cm-content').waitFor();
    await shoot(page, 'presets');
    await rollOut(page);
    await rehearse(page, studio);
    await shoot(page, 'runs');
  } finally {
    await browser.close();
  }
}

/** An edit that makes everything anew, put in force as a person does it. */
async function rollOut(page: Page): Promise<void> {
  await page.getByText('epoch: 1').click();
  await page.keyboard.press('End');
  await page.keyboard.insertText('0');
  await page.getByRole('button', { name: 'Plan' }).click();
  await page.getByRole('button', { name: 'Put in force' }).click();
  await page.getByText('It is being rolled out').waitFor();
}

async function rehearse(page: Page, studio: string): Promise<void> {
  await page.setViewportSize({ width: 1280, height: 1400 });
  await page.goto(`${studio}/#/runs`);
  await page.locator('.run .badge', { hasText: 'retaining' }).waitFor();
  await page.getByRole('button', { name: 'Rehearse' }).click();
  await page.locator('.plot').first().waitFor();
}

/** Of 256 colours: whoever reads the docs downloads them all. */
async function shoot(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(1000);
  const picture = sharp(await page.screenshot()).png({ palette: true, effort: 10 });
  const { size } = await picture.toFile(join(OUT, `studio-${name}.png`));
  if (size > MOST_BYTES)
    throw new Error(`expected at most ${MOST_BYTES} bytes of ${name}, it has ${size}`);
}
