import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TINY } from '../support/bulk.ts';
import { noChromium, openChromium } from '../support/chromium.ts';
import { newFolder } from '../support/folders.ts';
import { starfishPhoto } from '../support/originals.ts';
import type { Manifest } from '../../shared/core/set/manifest.ts';
import { type RunningPlatform, startedPlatform } from '../support/platform.ts';

/** The studio as a person sees it, in Chromium, beside a platform of its own. */

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const KEY = '照片/海 星 50%+1.jpg';

let platform: RunningPlatform;
let browser: Browser;
/** Of all pages: a page that works says nothing there. */
const complaints: string[] = [];

async function open(path = '', options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
  const page = await browser.newPage({ locale: 'en-US', ...options });
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', error => complaints.push(error.message));
  await page.goto(`${platform.ready.studio}/${path}`);
  await page.waitForSelector('h1');
  return page;
}

/** What axe finds that is more than minor. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = (await page.evaluate('axe.run(document)')) as AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.target}`);
}

async function dropped(page: Page, name: string, bytes: Buffer): Promise<void> {
  const transfer = await page.evaluateHandle(`(() => {
    const data = new DataTransfer();
    const bytes = Uint8Array.from(atob(${JSON.stringify(bytes.toString('base64'))}), one => one.charCodeAt(0));
    data.items.add(new File([bytes], ${JSON.stringify(name)}, { type: 'image/jpeg' }));
    return data;
  })()`);
  await page.dispatchEvent('.drop', 'drop', { dataTransfer: transfer });
}

describe.skipIf(noChromium)('the studio', () => {
  beforeAll(async () => {
    const folder = newFolder();
    const presets = join(folder, 'presets.yaml');
    writeFileSync(presets, TINY);
    platform = await startedPlatform(folder, '--presets', presets);
    browser = await openChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
  });

  it('takes a photo that is dropped, and shows each file as it is written', async () => {
    const page = await open();
    await page.getByLabel('Upload below').fill('照片/');
    await dropped(page, '海 星 50%+1.jpg', readFileSync(starfishPhoto));
    await page.waitForSelector('.arrived li');
    await page.waitForSelector('.album .badge.ready');
    expect(await page.locator('.arrived li').count()).toBe(2);
    expect(await page.locator('.album .name').allInnerTexts()).toEqual([KEY]);
    const decoded =
      "(async () => { const img = document.querySelector('.album img'); await img.decode(); return img.naturalWidth; })()";
    const natural = await page.evaluate(decoded);
    expect(natural).toBeGreaterThan(0);
    expect(await barriers(page)).toEqual([]);
  });

  it('walks a folder that is dropped, and keeps two of one name apart', async () => {
    const folder = join(newFolder(), '相册');
    mkdirSync(join(folder, 'b'), { recursive: true });
    const photo = await sharp(starfishPhoto).resize(60).jpeg().toBuffer();
    for (const name of ['a.jpg', 'b/a.jpg']) writeFileSync(join(folder, name), photo);
    // More than Chromium tells of a folder at once.
    for (let at = 0; at < 120; at += 1) writeFileSync(join(folder, `b/${at}.txt`), 'no picture');
    const other = join(newFolder(), 'c.jpg');
    writeFileSync(other, photo);
    const page = await open();
    await page.getByLabel('Upload below').fill('dropped/');
    const { x, y } = (await page.locator('.drop').boundingBox()) ?? { x: 0, y: 0 };
    const client = await page.context().newCDPSession(page);
    const data = { items: [], files: [folder, other], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await client.send('Input.dispatchDragEvent', { type, x: x + 20, y: y + 20, data });
    }
    await page.getByText('Left out of a folder, since they are no pictures: 120.').waitFor();
    const two = ['left', 'right'].map(() => ({
      name: 'd.jpg',
      mimeType: 'image/jpeg',
      buffer: photo,
    }));
    await page.locator('.drop input[type=file]').setInputFiles(two);
    const names = ['c.jpg', 'd (2).jpg', 'd.jpg', '相册/a.jpg', '相册/b/a.jpg'];
    const keys = names.map(one => `dropped/${one}`);
    await page.locator('.sendings > li').nth(4).waitFor();
    const sent = await page.locator('.sendings > li > div > a').allInnerTexts();
    expect(sent.toSorted()).toEqual(keys);
    for (const key of keys) await platform.manifest(key);
    expect(await page.locator('.sendings').textContent()).not.toContain('was not sent');
    expect(await barriers(page)).toEqual([]);
    for (const key of keys) await platform.bucket('originals').delete(key);
    for (const key of keys) await platform.gone(key);
  });

  it('searches inside keys and by state, and says what it looked through', async () => {
    const page = await open();
    await page.waitForSelector('.album .badge.ready');
    await page.getByLabel('and have in them').fill('50%');
    await page.getByText('1 of 1 keys: these are all.').waitFor();
    expect(await page.locator('.album .name').allInnerTexts()).toEqual([KEY]);
    await page.getByLabel('State').selectOption('failed');
    await page.getByText('0 of 1 keys: these are all. None of these is as asked.').waitFor();
    expect(await page.locator('.album .name').count()).toBe(0);
    await platform.bucket('originals').put('照片/50% no picture.jpg', Buffer.from('no picture'));
    await page.getByText('1 of 2 keys').waitFor();
    expect(await page.locator('.album .badge').allInnerTexts()).toEqual(['failed']);
    expect(await barriers(page)).toEqual([]);
    await platform.bucket('originals').delete('照片/50% no picture.jpg');
    await page.getByText('0 of 1 keys').waitFor();
  });

  it('shows a photo on its devices, two files under a line, and the code for it', async () => {
    const page = await open(`#/photo/${encodeURIComponent(KEY)}`);
    await page.waitForSelector('.devices img');
    expect(await page.locator('.device').count()).toBe(3);
    await page.getByLabel('Line between the two').fill('20');
    const line = await page.locator('.stack .line').getAttribute('style');
    expect(line).toContain('20%');
    await page.locator('summary', { hasText: '<picture>' }).click();
    expect(await page.locator('pre').first().textContent()).toContain('srcset');
    expect(await barriers(page)).toEqual([]);
  });

  it('works out how alike a file is when it is asked, and says of one that went that it is gone', async () => {
    const page = await browser.newPage({ locale: 'en-US' });
    await page.goto(`${platform.ready.studio}/#/photo/${encodeURIComponent(KEY)}`);
    const asked: string[] = [];
    page.on('request', request => {
      if (request.url().includes('/api/score')) asked.push(request.url());
    });
    const score = (name: string) => page.getByRole('button', { name: `SSIM: ${name}` });
    const cell = (row: string) => page.locator('tbody tr', { hasText: row }).locator('td').nth(5);
    await score('tiny 16 jpeg').waitFor();
    expect(asked).toEqual([]);
    await score('tiny 16 jpeg').click();
    await cell('tiny')
      .filter({ hasText: /^0\.\d{4}$/ })
      .waitFor();
    const { variants } = await platform.manifest(KEY);
    const small = variants.find(({ preset }) => preset === 'small')?.key ?? '';
    const derivatives = platform.bucket('derivatives');
    const { content } = await derivatives.get(small);
    await derivatives.delete(small);
    await page.getByRole('button', { name: 'Work out SSIM of all' }).click();
    await page.getByText('there is none: not yet, or it is gone').waitFor();
    await derivatives.put(small, content, { mime: 'image/jpeg' });
    await score('small 32 jpeg').click();
    await cell('small')
      .filter({ hasText: /^0\.\d{4}$/ })
      .waitFor();
    expect(asked.length).toBe(3);
    expect(await barriers(page)).toEqual([]);
  });

  it('refuses a bad edit at its line, and rolls a good one out', async () => {
    const page = await open('#/presets');
    const editor = page.locator('.cm-content');
    await editor.click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(TINY.replace('widths', 'width_s'));
    const problem = page.locator('.problems li').first();
    await problem.waitFor();
    const line = TINY.split('\n').findIndex(one => one.includes('widths')) + 1;
    expect(await problem.textContent()).toContain(`presets.yaml:${line}:`);
    expect(await page.getByRole('button', { name: 'Plan' }).isDisabled()).toBe(true);
    expect(await barriers(page)).toEqual([]);

    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(TINY.replace(/widths: \[(\d+)/, 'widths: [24, $1'));
    await page.locator('.problems li').first().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Plan' }).click();
    await page.getByRole('button', { name: 'Put in force' }).click();
    await page.getByText('It is being rolled out').waitFor();
    const manifest = await platform.manifest(KEY, ({ variants }) =>
      variants.some(({ width, state }) => width === 24 && state === 'rendered'),
    );
    expect(manifest.variants.length).toBeGreaterThan(2);
    await page.goto(`${platform.ready.studio}/#/runs`);
    await page.getByText('Rollout', { exact: false }).first().waitFor();
    await page.waitForSelector('.run progress');
    expect(await barriers(page)).toEqual([]);
  });

  it('stops a rollout and has it go on, each by a click', async () => {
    const config = platform.bucket('config');
    const { content: before } = await config.get('presets.yaml');
    await config.put('presets.yaml', Buffer.from(`epoch: 2\n${String(before).trimStart()}`));
    const page = await open('#/runs');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('It stops before its next batch').waitFor();
    await page.getByText(/ stopped it at 20/).waitFor();
    const { content } = await config.get('presets.in-force.json');
    const { fingerprint } = JSON.parse(String(content));
    expect((await platform.manifest(KEY)).presets).not.toBe(fingerprint);
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText(/ stopped it at 20/).waitFor({ state: 'detached' });
    await platform.manifest(KEY, ({ presets }) => presets === fingerprint);
  });

  it('rehearses a spike, and shows the plots of it', async () => {
    const page = await browser.newPage({ locale: 'en-US' });
    await page.goto(`${platform.ready.studio}/#/runs`);
    const uploads = page.getByLabel('Uploads a day');
    const rehearse = page.getByRole('button', { name: 'Rehearse' });
    await uploads.fill('0');
    await rehearse.click();
    await page.getByText('uploadsPerDay: ').waitFor();
    await uploads.fill('30000');
    await page.getByLabel('Quotas of instances').fill('30, 100');
    await rehearse.click();
    await page.locator('.plot').first().waitFor();
    await page.getByText(/^A day of 30,000 uploads, with 3 times the usual peak/).waitFor();
    const titles = await page.locator('.plot b').allInnerTexts();
    expect(titles.slice(0, 4)).toEqual(['Uploads', 'Instances', 'Queue', 'Ready']);
    const drawn =
      "[...document.querySelectorAll('.plot path')].map(one => [getComputedStyle(one).stroke, one.getTotalLength() > 100])";
    const lines = (await page.evaluate(drawn)) as [string, boolean][];
    expect(lines.length).toBeGreaterThanOrEqual(7);
    expect(lines.every(([stroke, isLong]) => isLong && stroke !== 'none')).toBe(true);
    expect(await barriers(page)).toEqual([]);
  });

  it('keeps an edit through a switch of the language and a platform that goes, and says what to do when another comes', async () => {
    const page = await browser.newPage({ locale: 'en-US' });
    const folder = newFolder();
    // The studio comes again at its address only where that was asked for.
    const port = String(20_000 + (process.pid % 1000) * 10);
    let own = await startedPlatform(folder, '--port', port);
    try {
      await page.goto(`${own.ready.studio}/#/presets`);
      const editor = page.locator('.cm-content');
      await editor.click();
      await page.keyboard.press('Control+Home');
      await page.keyboard.insertText('# mine');
      await page.getByRole('button', { name: '中文' }).click();
      await page.getByRole('button', { name: 'English' }).click();
      expect(await editor.textContent()).toContain('# mine');
      await own.stop();
      await page.getByText('The platform does not answer.').waitFor();
      expect(await editor.textContent()).toContain('# mine');
      own = await startedPlatform(folder, '--port', port);
      await page.getByText('The platform was started again').waitFor();
      expect(await editor.textContent()).toContain('# mine');
      await page.getByRole('button', { name: 'Load again' }).click();
      await page.getByText('The platform was started again').waitFor({ state: 'detached' });
    } finally {
      await own.stop();
    }
  });

  it('takes a photo down only once that was confirmed, and has it back', async () => {
    const page = await open(`#/photo/${encodeURIComponent(KEY)}`);
    await page.getByRole('button', { name: 'Take down …' }).click();
    expect(await page.locator('.going li').count()).toBeGreaterThan(2);
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect((await platform.manifest(KEY)).takenDown).toBeUndefined();
    await page.getByRole('button', { name: 'Take down …' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Take down' }).click();
    await page.waitForSelector('.badge.taken-down');
    expect(
      (await platform.manifest(KEY, ({ takenDown }) => takenDown !== undefined)).variants,
    ).toEqual([]);
    await page.getByRole('button', { name: 'Undo the take-down' }).click();
    await page.waitForSelector('.badge.ready');
  });

  it('hears in one tab of a take-down in another, and saves no answer as a file', async () => {
    const one = await open(`#/photo/${encodeURIComponent(KEY)}`);
    await one.waitForSelector('.badge.ready');
    const quiet = await browser.newPage({ locale: 'en-US' });
    await quiet.goto(`${platform.ready.studio}/#/photo/${encodeURIComponent(KEY)}`);
    await quiet.waitForSelector('.badge.ready');
    await quiet.route(`${platform.ready.cdn}/**`, route => route.fulfill({ status: 404 }));
    await quiet.getByRole('button', { name: 'Download' }).first().click();
    await quiet.getByText('expected the file, the CDN answered 404').waitFor();
    const two = await open(`#/photo/${encodeURIComponent(KEY)}`);
    await two.getByRole('button', { name: 'Take down …' }).click();
    await two.getByRole('dialog').getByRole('button', { name: 'Take down' }).click();
    await one.waitForSelector('.badge.taken-down');
    await two.getByRole('button', { name: 'Undo the take-down' }).click();
    await one.waitForSelector('.badge.ready');
  });

  it('works in more tabs than a browser has connections to a host, and each hears what happens', async () => {
    const context = await browser.newContext({ locale: 'en-US' });
    const tabs: Page[] = [];
    for (let at = 0; at < 8; at += 1) {
      const tab = await context.newPage();
      await tab.goto(`${platform.ready.studio}/#/photo/${encodeURIComponent(KEY)}`);
      await tab.locator('.badge.ready').waitFor({ timeout: 10_000 });
      tabs.push(tab);
    }
    const [first, ...others] = tabs;
    const last = others.at(-1);
    await last?.getByRole('button', { name: 'Take down …' }).click();
    await last?.getByRole('dialog').getByRole('button', { name: 'Take down' }).click();
    for (const tab of tabs) await tab.waitForSelector('.badge.taken-down');
    // The one that was there first goes, and another has its place.
    await first?.close();
    await last?.getByRole('button', { name: 'Undo the take-down' }).click();
    for (const tab of others) await tab.waitForSelector('.badge.ready');
    await context.close();
  });

  it('has a file that is left to views made by a click, and not by being looked at', async () => {
    const config = platform.bucket('config');
    const { content: list } = await config.get('presets.yaml');
    // An edit that is rolled out: what only a view makes is no reason to touch what is there.
    const asked = String(list).replace('[tiny, small]', '[tiny, small, lazy]').trim();
    const lazy = `epoch: 9
${asked.replace(/^epoch: .+\n/m, '')}
  - { name: lazy, widths: [48], generate: on_demand, formats: { jpeg: {} } }
`;
    await config.put('presets.yaml', Buffer.from(lazy));
    const isThere = ({ variants }: Manifest) => variants.some(({ preset }) => preset === 'lazy');
    const { variants } = await platform.manifest(KEY, isThere);
    const file = variants.find(({ preset }) => preset === 'lazy');
    expect(file).toMatchObject({ state: 'on_demand' });
    const page = await open(`#/photo/${encodeURIComponent(KEY)}`);
    const fetched: string[] = [];
    page.on('request', request => fetched.push(decodeURIComponent(request.url())));
    await page.getByLabel('Preset').selectOption('lazy');
    await page.getByText('It is not there: it is made by its first view.').first().waitFor();
    await page.waitForTimeout(500);
    const isIts = (url: string) => url.includes('/lazy-48-');
    expect(fetched.filter(isIts)).toEqual([]);
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'View it' }).first().click();
    await page.waitForSelector('.device img');
    await platform.manifest(KEY, manifest =>
      manifest.variants.some(({ key, state }) => key === file?.key && state === 'rendered'),
    );
    await page.getByText('It is not there').first().waitFor({ state: 'detached' });
  });

  it('says it in Chinese to who reads that, in the dark, on a narrow screen', async () => {
    const narrow = { width: 360, height: 740 };
    const page = await open('', { locale: 'zh-CN', colorScheme: 'dark', viewport: narrow });
    expect(await page.locator('h1').textContent()).toBe('相册');
    expect(await page.getAttribute('html', 'lang')).toBe('zh-CN');
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(360);
    expect(await barriers(page)).toEqual([]);
    await page.goto(`${platform.ready.studio}/#/photo/${encodeURIComponent(KEY)}`);
    await page.locator('.stack img').first().waitFor();
    await page.getByLabel('放大').selectOption('8');
    // Eight times that is wider than the screen.
    const { variants } = await platform.manifest(KEY);
    await page.getByLabel('左侧').selectOption(variants.find(one => one.width === 48)?.key ?? '');
    const inSight =
      "(() => { const { left } = document.querySelector('.stack .line').getBoundingClientRect(); return left >= 0 && left <= innerWidth; })()";
    for (const place of ['0', '50', '100']) {
      await page.getByLabel('分割线').fill(place);
      await expect.poll(() => page.evaluate(inSight)).toBe(true);
    }
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    expect(await barriers(page)).toEqual([]);
    await page.goto(`${platform.ready.studio}/#/album`);
    await page.getByRole('button', { name: 'English' }).click();
    expect(await page.locator('h1').textContent()).toBe('Album');
  });

  it('has nothing to complain of in the console', () => {
    expect(complaints).toEqual([]);
  });
});
