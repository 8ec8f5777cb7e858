import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { noChromium, openChromium } from '../../support/chromium.ts';
import { newFolder } from '../../support/folders.ts';
import { SMALL } from '../../support/preset-lists.ts';
import { darkroom } from '../../support/processes.ts';

const uploaded = (total: number) =>
  JSON.stringify({
    event: 'reconciled',
    outcome: 'developed',
    files: 28,
    spent: { milliseconds: { total } },
  });

/** Runs in the page, whose types are not those of Node. */
const SEEN = `({
  plots: [...document.querySelectorAll('figcaption b')].map(one => one.textContent),
  lines: document.querySelectorAll('path.line').length,
  drawn: [...document.querySelectorAll('path.line')].every(one => one.getTotalLength() > 100),
  rows: document.querySelectorAll('tbody tr').length,
  width: document.documentElement.scrollWidth,
  paper: getComputedStyle(document.body).backgroundColor,
})`;

describe('darkroom rehearse', () => {
  let folder: string;
  let service: string[];
  beforeEach(() => {
    folder = newFolder();
    writeFileSync(join(folder, 'service.jsonl'), [600, 1200, 2100].map(uploaded).join('\n'));
    service = ['--service', join(folder, 'service.jsonl')];
  });

  const csv = (uploads: number[]) => {
    const file = join(folder, 'uploads.csv');
    writeFileSync(file, `uploads\n${uploads.join('\n')}\n`);
    return ['--uploads', file];
  };
  const spike = () =>
    csv([...Array(10).fill(300), ...Array(20).fill(6000), ...Array(30).fill(300)]);

  it('says what a spike does within each quota, and what it takes', async () => {
    const { code, stdout } = await darkroom(
      ...['rehearse', ...spike(), ...service, '--quota', '100,300', '--ready-p99', '10s'],
    );
    expect(code).toBe(0);
    expect(stdout).toContain('60 minutes of');
    expect(stdout).toMatch(/132,000 uploads, 100 a second at most\./);
    expect(stdout).toMatch(/Other functions hold 22 instances .*darkroom-backfill 20/);
    expect(stdout).toMatch(/\n +100 +78 +78 .*\n +300 +270 /);
    expect(stdout).toMatch(/The smallest that holds 99 of 100 within 10 seconds: a quota of 1\d\d/);
  });

  it('says the same in JSON, and the same again for the same seed', async () => {
    const words = ['rehearse', '--day', 'weibo', '--uploads-per-day', '200000', ...service];
    const run = async (...more: string[]) => {
      const { stdout } = await darkroom(...words, '--quota', '50', '--json', ...more);
      return JSON.parse(stdout);
    };
    const [first, again, other] = [await run(), await run(), await run('--seed', '2')];
    expect(first).toMatchObject({
      minutes: 1440,
      seed: 1,
      service: { samples: 3, meanSeconds: 1.3 },
    });
    expect(first.runs).toMatchObject([{ quota: 50, mostInstances: 28, uploads: first.uploads }]);
    expect(first.runs[0].bill.usd).toBeGreaterThan(0);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('measures photos here where no service times are given', async () => {
    const list = join(newFolder(), 'presets.yaml');
    writeFileSync(list, SMALL);
    const words = [...csv([10, 10]), '--quota', '100', '--presets', list, '--json'];
    const { stdout } = await darkroom('rehearse', ...words);
    const { service: measured, runs } = JSON.parse(stdout);
    expect(measured).toMatchObject({ samples: 3, gets: 10 });
    expect(runs[0].ready.p50).toBeGreaterThan(0.1);
  });

  it.each([
    [[], /expected --day weibo with --uploads-per-day N, or --uploads FILE\.csv, received neither/],
    [['--day', 'weibo'], /received --day alone/],
    [['--day', 'monday'], /--day <kind>.*weibo/],
    [['--uploads', '/nowhere.csv'], /nowhere\.csv \(--uploads\), there is no such file/],
    [['--ready-p99', '10'], /expected a time with its unit, such as 500ms, 10s or 5h/],
    [['--quota', '100,many'], /--quota.*expected a number above 0/],
    [['--failing', '1'], /expected a share from 0 to below 1/],
  ])('refuses %j in one sentence', async (words, sentence) => {
    const { code, stderr } = await darkroom('rehearse', ...words);
    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
  });

  it.skipIf(noChromium)('draws a page that asks for nothing, in light and in dark', async () => {
    const file = join(folder, 'spike.html');
    await darkroom('rehearse', ...spike(), ...service, '--quota', '100,300', '--plots', file);
    expect(readFileSync(file, 'utf8')).not.toMatch(/(src|href)=|url\(|<script/);
    const browser = await openChromium();
    try {
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await browser.newPage({ colorScheme, viewport: { width: 390, height: 800 } });
        const asked: string[] = [];
        page.on('request', request => asked.push(request.url()));
        await page.goto(`file://${file}`);
        const seen = await page.evaluate(SEEN);
        expect(asked).toEqual([`file://${file}`]);
        expect(seen).toEqual({
          plots: ['Uploads', 'Instances', 'Queue', 'Ready'],
          lines: 7,
          drawn: true,
          rows: 2,
          width: 390,
          paper: colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(22, 24, 27)',
        });
      }
    } finally {
      await browser.close();
    }
  });
});
