import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { heatSchema } from '../../../shared/core/work/heat.ts';
import { inventoryIn, logLineOf, type Row, urlOf } from '../../support/cdn-logs.ts';
import { newFolder } from '../../support/folders.ts';
import { SMALL } from '../../support/preset-lists.ts';
import { darkroom } from '../../support/processes.ts';

const HOURS = 8 * 24;
const FIRST = Date.UTC(2026, 10, 1);
const at = (hour: number) => new Date(FIRST + hour * 3600e3);
const days = (before: number) => new Date(FIRST - before * 86_400e3).toISOString();

/** Each hour one picture is uploaded and looked at twice; of the old ones only `old/0.jpg`, in feed. */
const NEW = Array.from({ length: HOURS }, (_, hour) => `new/${hour}.jpg`);
const OLD = Array.from({ length: 2000 }, (_, index) => `old/${index}.jpg`);
const FILES = ['feed-480-0123456789.jpg', 'feed-480-0123456789.webp', 'thumb-100-0123456789.jpg'];

function logOf(hour: number): string {
  const local = new Date(at(hour).getTime() + 8 * 3600e3).toISOString();
  const time = `${Number(local.slice(8, 10))}/Nov/2026:${local.slice(11, 19)} +0800`;
  const lines = [
    { url: urlOf(`new/${hour}.jpg`, FILES[1] ?? ''), cache: 'MISS' as const },
    { url: urlOf(`new/${hour}.jpg`, FILES[1] ?? '') },
    { url: urlOf('old/0.jpg', FILES[0] ?? '') },
    { url: 'http://cdn.example.com/auto/feed/new/1.jpg', status: 302 },
  ];
  return `${lines.map(line => logLineOf({ time, bytes: 1000, ...line })).join('\n')}\n`;
}

let folder: string;
const inFolder = (name: string) => join(folder, name);
beforeEach(() => {
  folder = newFolder();
  for (const name of ['logs', 'originals', 'derivatives']) mkdirSync(inFolder(name));
  writeFileSync(inFolder('presets.yaml'), SMALL);
  for (let hour = 0; hour < HOURS; hour += 1) {
    writeFileSync(inFolder(`logs/cdn_${hour}.gz`), gzipSync(logOf(hour)));
  }
});

function inventories() {
  const uploads: Row[] = [
    ...NEW.map((key, hour) => ({ key, modified: at(hour).toISOString() })),
    ...OLD.map(key => ({ key, modified: days(200) })),
  ];
  const files = uploads.flatMap(({ key, modified }) =>
    FILES.map(file => ({ key: `${key}/0123456789/${file}`, bytes: 1e6, modified })),
  );
  const made = { at: at(HOURS).toISOString() };
  return [
    '--originals',
    inventoryIn(inFolder('originals'), uploads, { bucket: 'originals', ...made }),
    '--derivatives',
    inventoryIn(inFolder('derivatives'), files, made),
  ];
}

const heat = (...words: string[]) =>
  darkroom('heat', '--logs', inFolder('logs'), '--presets', inFolder('presets.yaml'), ...words);

describe('darkroom heat', () => {
  it('counts views by file and age, and proposes what would save, and saves all that it knows', async () => {
    const out = inFolder('heat.json');
    const { code, stdout, stderr } = await heat(...inventories(), '--out', out, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const found = heatSchema.parse(JSON.parse(readFileSync(out, 'utf8')));
    expect(JSON.parse(stdout)).toEqual(found);
    expect(found).toMatchObject({ hours: HOURS, ages: 'originals', skipped: { first: null } });
    expect({ from: found.from, to: found.to }).toEqual({
      from: at(0).toISOString(),
      to: at(HOURS).toISOString(),
    });
    expect(found.lines).toMatchObject({ views: 3 * HOURS, redirects: HOURS, broken: 0 });
    const webp = found.cells.find(({ format, width }) => format === 'webp' && width === 480);
    const views = { views: 2 * HOURS, hits: HOURS, bytes: 2000 * HOURS, missBytes: 1000 * HOURS };
    expect(webp?.viewed).toMatchObject([{ age: '0-1', ...views }]);
    expect(webp?.stored).toMatchObject([
      { age: '0-1' },
      { age: '2-7' },
      { age: '8-30' },
      { age: 'older', files: 2000, bytes: 2e9 },
    ]);
    expect(found.proposals).toMatchObject([
      { preset: 'thumb', edit: 'on_demand', missesPerDay: 0 },
      { preset: 'feed', edit: 'keep', keep: '90d' },
    ]);
  });

  it('takes the oldest file of a picture for its age, where only derivatives are told', async () => {
    const fresh = { key: `old/0.jpg/0123456789/${FILES[0]}`, modified: days(1) };
    const first = { key: `old/0.jpg/0123456789/${FILES[1]}`, modified: days(50) };
    const manifest = { key: 'old/0.jpg/manifest.json', modified: days(400) };
    const inventory = inventoryIn(inFolder('derivatives'), [fresh, first, manifest]);
    const { stdout } = await heat('--derivatives', inventory, '--json');
    const { ages, cells } = heatSchema.parse(JSON.parse(stdout));
    expect(ages).toBe('derivatives');
    const jpeg = cells.find(({ format, width }) => format === 'jpeg' && width === 480);
    expect(jpeg?.viewed).toMatchObject([{ age: '31-90', views: HOURS }]);
  });

  it('says where the money goes, and which lines of the list would change', async () => {
    const { stdout } = await heat(...inventories());
    expect(stdout).toContain('768 lines of 192 hours (8 days)');
    expect(stdout).toContain('Besides, not counted as views: 192 redirects');
    expect(stdout).toContain('Ages by the inventory of originals.');
    expect(stdout).toMatch(/feed\s+webp\s+48\s+66\.7 %\s+50\.0 %\s+48 kB\s+19\d\s+100\.0 %\n/);
    expect(stdout).toMatch(/feed\s+jpeg\s+24\s+33\.3 %\s+100\.0 %\s+24 kB\s+1\s+100\.0 %\n/);
    expect(stdout).toContain('views: { presets: { thumb: 0.00, feed: 100.00 } }');
    expect(stdout).toMatch(/USD a month\s+CDN traffic\s+CDN requests\s+from OSS\s+storage/);
    expect(stdout).toContain(
      'presets:\n  - name: thumb\n    generate: on_demand\n  - name: feed\n    keep: 90d\n',
    );
  });

  it('proposes nothing from a few hours, or without knowing what is stored, and says what it lacks', async () => {
    const one = await darkroom(
      'heat',
      '--logs',
      inFolder('logs/cdn_7.gz'),
      '--presets',
      inFolder('presets.yaml'),
    );
    expect(one.stdout).toContain('No edit is proposed from 1 hour: take logs of a week at least');
    const { stdout } = await heat();
    expect(stdout).toContain('Give --originals or --derivatives, an OSS inventory.');
    expect(stdout).toContain('No edit is proposed without what is stored');
    expect(stdout).toContain('not known');
  });

  it('names what is broken with its place, and counts the rest', async () => {
    writeFileSync(inFolder('logs/cdn_x.gz'), gzipSync('hello\n'));
    writeFileSync(inFolder('logs/cdn_y.gz'), gzipSync(logOf(3)).subarray(0, 60));
    const { code, stdout } = await heat();
    expect(code).toBe(0);
    expect(stdout).toContain(`Skipped: 1 broken line, the first at ${inFolder('logs/cdn_x.gz')}:1`);
    expect(stdout).toContain('Damaged, read as far as they go: 1 log');
    expect(stdout).toContain(`${inFolder('logs/cdn_y.gz')} after line 0: unexpected end of file`);
  });

  it.each([
    [
      'logs that are not there',
      ['--logs', 'nowhere'],
      /expected a log or a folder of logs at nowhere/,
    ],
    ['an inventory that is not there', ['--originals', 'nowhere.json'], /nowhere\.json/],
  ])('refuses %s in a sentence', async (_what, words, sentence) => {
    const { code, stderr } = await heat(...words);
    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toContain('    at ');
  });
});
