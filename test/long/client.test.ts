import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bestUrl, type Look } from '../../client/index.ts';
import { buildClient } from '../../scripts/build-client.ts';
import type { Manifest } from '../../shared/core/set/manifest.ts';
import { noChromium, openChromium } from '../support/chromium.ts';
import { phonePhoto } from '../support/originals.ts';
import { newFolder } from '../support/folders.ts';
import { usePlatform, urlOf } from '../support/platform.ts';

/** darkroom/client as it is built, in a page that a browser loads from the CDN of a running platform. */

const KEY = 'users/1/海 星 50%+1.jpg';
const WIDTHS = [360, 768, 1280];
const DENSITIES = [1, 2];
const EVERY = WIDTHS.flatMap(width => DENSITIES.map(density => [width, density] as const));
const chrome = { formats: ['avif', 'webp', 'jpeg'] as const, density: 3 };

const folder = newFolder();
const platform = usePlatform();
let browser: Browser;
let manifest: Manifest;

interface Shown {
  width: number;
  density: number;
  look: Partial<Look>;
  /** Of HTML, once the client has written it. */
  edit?: string;
  /** Until then no picture comes. */
  hold?: { opened: Promise<void> };
}

/** A page whose script is the client as it is built: it reads the manifest and writes the picture. */
async function show({ width, density, look, edit = 'html => html', hold }: Shown): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width, height: 700 },
    deviceScaleFactor: density,
  });
  const { cdn } = platform.ready;
  const built = (name: string) => readFileSync(join(folder, 'esm', name), 'utf8');
  const contentType = 'text/javascript';
  await page.route('**/client/*.js', route =>
    route.fulfill({ contentType, body: built(new URL(route.request().url()).pathname.slice(8)) }),
  );
  if (hold) {
    await page.route(/\/feed-[^/]+$/, async route => {
      await hold.opened;
      await route.continue();
    });
  }
  const body = pageOf({ base: cdn, preset: 'feed', alt: 'A starfish', ...look }, edit);
  await page.route('**/page.html', route => route.fulfill({ contentType: 'text/html', body }));
  await page.goto(`${cdn}/page.html`);
  await page.waitForSelector('picture', { state: 'attached' });
  return page;
}

function pageOf(look: Look, edit: string): string {
  return `<!doctype html><meta name="viewport" content="width=device-width"><title>Darkroom</title>
    <style>body { margin: 0 } img { display: block; width: 100%; height: auto }</style>
    <main></main><p>What stands below the picture, and must not move.</p>
    <script type="module">
      import { picture } from '/client/index.js';
      import { thumbHashUrl } from '/client/thumbhash.js';
      window.shifted = 0;
      new PerformanceObserver(list => {
        for (const { value } of list.getEntries()) window.shifted += value;
      }).observe({ type: 'layout-shift', buffered: true });
      const manifest = await (await fetch(${JSON.stringify(urlOf('', `${KEY}/manifest.json`))})).json();
      const html = picture(manifest, { ...${JSON.stringify(look)}, thumbHash: thumbHashUrl });
      document.querySelector('main').innerHTML = (${edit})(html);
    </script>`;
}

/** What the browser took, once it has it and has shown it. */
async function chosen(page: Page): Promise<string> {
  await page.waitForFunction('document.images[0].complete && document.images[0].naturalWidth > 0');
  await painted(page);
  return await page.evaluate('document.images[0].currentSrc');
}

async function painted(page: Page): Promise<void> {
  const twoFrames = 'new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))';
  await page.evaluate(twoFrames);
}

const shifted = (page: Page): Promise<number> => page.evaluate('window.shifted');

/** Pictures stay away until somebody lets them come. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>(resolve => {
    open = resolve;
  });
  return { opened, open };
}

function best(preset: string, cssWidth: number, density: number): string {
  return bestUrl(manifest, { base: platform.ready.cdn, preset, cssWidth, density, client: chrome });
}

describe.skipIf(noChromium)(`in Chromium${noChromium ? `: left out, ${noChromium}` : ''}`, () => {
  beforeAll(async () => {
    browser = await openChromium();
    await buildClient(folder);
    await platform.bucket('originals').put(KEY, phonePhoto);
    manifest = await platform.manifest(KEY);
  });
  afterAll(() => browser?.close());

  it.each(EVERY)(
    'a viewport of %d px at density %d is shown what bestUrl names',
    async (width, density) => {
      const page = await show({ width, density, look: {} });
      expect(await chosen(page)).toBe(best('feed', width, density));
      await page.close();
    },
  );

  it.each([
    [360, 'feed'],
    [768, 'feed'],
    [1280, 'zoom'],
  ])('a viewport of %d px is shown the preset of its device, %s', async (width, preset) => {
    const art = [{ preset: 'zoom', media: 'desktop' }, { preset: 'feed' }];
    const page = await show({ width, density: 1, look: { preset: art } });
    expect(await chosen(page)).toBe(best(preset, width, 1));
    await page.close();
  });

  it('nothing moves when the picture comes, and it would without its width and height', async () => {
    const shifts = async (edit: string) => {
      const held = gate();
      const page = await show({ width: 768, density: 1, look: {}, hold: held, edit });
      await painted(page);
      await page.evaluate('window.shifted = 0');
      held.open();
      await chosen(page);
      const shift = await shifted(page);
      await page.close();
      return shift;
    };
    expect(await shifts('html => html')).toBe(0);
    expect(await shifts('html => html.replace(/ (width|height)="[0-9]+"/g, "")')).toBeGreaterThan(
      0,
    );
  });

  it('the ThumbHash is seen in the place of the picture until it comes', async () => {
    const held = gate();
    const page = await show({ width: 360, density: 1, look: {}, hold: held });
    const before = await page.locator('img').screenshot();
    held.open();
    await chosen(page);
    const after = await page.locator('img').screenshot();
    await page.close();
    expect(await isFlat(before)).toBe(false);
    const unlike = await distance(await blank(after), after);
    expect(await distance(before, after)).toBeLessThan(unlike / 2);
  });

  it('a lazy picture far below is not fetched before it is near', async () => {
    const far = `html => '<div style="height:20000px"></div>' + html`;
    const page = await show({ width: 360, density: 1, look: {}, edit: far });
    const fetched = () =>
      page.evaluate('performance.getEntriesByType("resource").map(({ name }) => name)');
    await painted(page);
    expect(await fetched()).not.toContainEqual(expect.stringContaining('/feed-'));
    await page.evaluate('window.scrollTo(0, 20000)');
    expect(await chosen(page)).toBe(best('feed', 360, 1));
    expect(await fetched()).toContain(best('feed', 360, 1));
    await page.close();
  });
});

/** Mean difference of a few blurred pixels, 0 to 255. */
async function distance(one: Buffer, other: Buffer): Promise<number> {
  const [a, b] = await Promise.all([one, other].map(pixels));
  const differences = [...(a ?? [])].map((value, at) => Math.abs(value - (b?.[at] ?? 0)));
  return differences.reduce((sum, value) => sum + value, 0) / differences.length;
}

const pixels = (picture: Buffer) =>
  sharp(picture).removeAlpha().resize(8, 6, { fit: 'fill' }).raw().toBuffer();

async function isFlat(picture: Buffer): Promise<boolean> {
  const { channels } = await sharp(picture).stats();
  return channels.every(({ stdev }) => stdev < 2);
}

async function blank(like: Buffer): Promise<Buffer> {
  const { width, height } = await sharp(like).metadata();
  return await sharp({ create: { width, height, channels: 3, background: 'white' } })
    .png()
    .toBuffer();
}
