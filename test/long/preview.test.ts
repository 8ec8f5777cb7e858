import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noChromium, openChromium } from '../support/chromium.ts';
import { newFolder } from '../support/folders.ts';
import { starfishPhoto } from '../support/originals.ts';
import { SMALL } from '../support/preset-lists.ts';
import { darkroom } from '../support/processes.ts';

/** The contact sheet as who reviews an edit opens it. */

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const HOSTILE = '"><img src=x onerror=alert(1)><script>alert(1)<!--.jpg';

describe.skipIf(noChromium)('the contact sheet', () => {
  let browser: Browser;
  let sheet: string;
  beforeAll(async () => {
    const folder = newFolder();
    const at = (name: string) => join(folder, name);
    mkdirSync(at('in'));
    for (const name of ['in/a.jpg', `in/${HOSTILE}`]) {
      await sharp(starfishPhoto).resize(600).jpeg().toFile(at(name));
    }
    writeFileSync(at('old.yaml'), SMALL);
    writeFileSync(at('new.yaml'), SMALL.replace('jpeg: {}, webp', 'jpeg: { quality: 40 }, webp'));
    const lists = ['--presets', at('new.yaml'), '--compare', at('old.yaml')];
    await darkroom('preview', at('in'), '--out', at('sheet.html'), ...lists);
    sheet = pathToFileURL(at('sheet.html')).href;
    browser = await openChromium();
  });
  afterAll(() => browser?.close());

  it.each(['light', 'dark'] as const)(
    'shows every picture, asks for nothing and has no barriers where the screen is %s',
    async colorScheme => {
      const context = await browser.newContext({ colorScheme, bypassCSP: true });
      const page = await context.newPage();
      const said: string[] = [];
      const asked: string[] = [];
      page.on('console', message => said.push(message.text()));
      page.on('dialog', dialog => {
        said.push(`dialog ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on('request', request => asked.push(request.url()));
      await page.goto(sheet);
      const broken = '[...document.images].filter(one => one.naturalWidth === 0).length';
      expect(await page.evaluate('document.images.length')).toBe(8);
      expect(await page.evaluate(broken)).toBe(0);
      expect(asked.filter(url => !url.startsWith('data:'))).toEqual([sheet]);
      expect(await page.textContent('main')).toContain(HOSTILE);
      await page.evaluate(axe);
      const { violations } = (await page.evaluate('axe.run(document)')) as AxeResults;
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.target}`)).toEqual([]);
      expect(said).toEqual([]);
      await context.close();
    },
  );
});
