import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { newFolder } from '../../support/folders.ts';
import { starfishPhoto } from '../../support/originals.ts';
import { SMALL } from '../../support/preset-lists.ts';
import { darkroom } from '../../support/processes.ts';

describe('darkroom estimate', () => {
  let folder: string;
  beforeEach(() => {
    folder = newFolder();
    writeFileSync(join(folder, 'presets.yaml'), SMALL);
  });

  const estimate = (...words: string[]) =>
    darkroom('estimate', '--presets', join(folder, 'presets.yaml'), ...words);
  const withPhotos = (...names: string[]) => {
    for (const name of names) cpSync(starfishPhoto, join(folder, 'photos', name));
    return ['--photos', join(folder, 'photos')];
  };

  it('counts per upload exactly, and the rest from it', async () => {
    const photos = withPhotos('a.jpg', 'sub/b.jpg', '.hidden.jpg');
    const { code, stdout } = await estimate('--uploads-per-day', '1000', ...photos, '--json');
    expect(code).toBe(0);
    const { upload, month, instances, sample, machine } = JSON.parse(stdout);
    // Five files and a manifest; HEAD of the original three times and of the manifest twice; GET of the manifest, which
    // is missing, of the original, of a take-down, and of the list in force twice.
    expect(upload).toMatchObject({ files: 5, puts: 6, gets: 10 });
    expect(month.files).toBeCloseTo(5 * 30_000, 3);
    expect(upload.bytes).toBeGreaterThan(50_000);
    expect(month.bytes).toBeCloseTo(upload.bytes * 30_000, -1);
    const units = upload.seconds * 2.3 + 0.0075;
    expect(upload.bill.units).toBeCloseTo(units, 9);
    expect(upload.bill.compute).toBeCloseTo(units * 0.00002, 12);
    expect(upload.bill.requests).toBeCloseTo((16 / 10_000) * 0.0016, 12);
    expect(instances.mean).toBeCloseTo((1000 / 86_400) * upload.seconds, 9);
    expect(sample.measured.map(({ key }: { key: string }) => key)).toEqual(['a.jpg', 'sub/b.jpg']);
    expect(machine).toMatch(/cores, Node 2/);
  });

  it('says of each preset and format from how many views on making it on upload is the cheaper', async () => {
    const photos = withPhotos('a.jpg');
    const { stdout } = await estimate('--views', '50', ...photos, '--json');
    const { choices, keeps, assumptions } = JSON.parse(stdout);
    const names = choices.map(
      (one: { preset: string; format: string }) => `${one.preset} ${one.format}`,
    );
    expect(names.sort()).toEqual(['feed jpeg', 'feed webp', 'thumb jpeg']);
    expect(assumptions.views.perPhoto).toBe(50);
    for (const { eager, onDemand, crossesAt } of choices)
      expect(onDemand > eager).toBe(crossesAt < 50);
    const stored = keeps.map(({ share }: { share: number }) => share);
    expect(stored).toEqual([...stored].sort((a, b) => a - b));
    expect((await estimate('--views', '50', '--backfill', '3')).stderr).toMatch(
      /cannot be used with/,
    );
  });

  it('knows the tiers of a month, and warns of the quota', async () => {
    const photos = withPhotos('a.jpg');
    const many = ['--uploads-per-day', '500000000', '--peak', '10'];
    const { stdout } = await estimate(...many, ...photos, '--json');
    const { upload, month, instances } = JSON.parse(stdout);
    expect(month.bill.compute).toBeLessThan(upload.bill.compute * 15e9 * 0.75);
    expect(instances.peak).toBe(Math.ceil(instances.mean * 10));
    const told = await estimate(...many, ...photos);
    expect(told.stdout).toMatch(/at a peak of 10 times that. That is above the 100/);
  });

  it('tells all that it assumes, and takes other assumptions and prices from files', async () => {
    const photos = withPhotos('a.jpg');
    const { stdout } = await estimate('--uploads-per-day', '1000', ...photos);
    expect(stdout).toMatch(/a million uploads +a million views +both\n/);
    expect(stdout).toMatch(/\nviews:\n {2}perPhoto: 100\n/);
    expect(stdout).toMatch(/\nio:\n {2}roundTripSeconds: 0.015\n/);
    expect(stdout).toMatch(/\ncdnGigabyte: 0.04\n/);
    const file = join(folder, 'mine.yaml');
    writeFileSync(
      file,
      'views: { perPhoto: 7, presets: { thumb: 1 } }\nio: { bytesPerSecond: 1000 }',
    );
    const mine = ['--assumptions', file, '--json'];
    const told = JSON.parse((await estimate('--uploads-per-day', '1', ...photos, ...mine)).stdout);
    expect(told.assumptions.views).toMatchObject({ perPhoto: 7, edgeRegions: 8 });
    expect(told.upload.seconds).toBeGreaterThan(100);
    const thumb = told.sample.measured[0].renditions.find(
      ({ preset }: { preset: string }) => preset === 'thumb',
    );
    expect(told.million.views.gigabytes).toBeCloseTo(thumb.bytes / 1e3, 9);
  });

  it('refuses assumptions of a preset that the list has not, and of no number of views', async () => {
    const file = join(folder, 'mine.yaml');
    const told = async (text: string) => {
      writeFileSync(file, text);
      return (await estimate('--uploads-per-day', '1', '--assumptions', file)).stderr;
    };
    expect(await told('views: { presets: { feeds: 1 } }')).toMatch(
      /expected presets of the list \(thumb, feed\) in views.presets of .*mine.yaml, received feeds/,
    );
    expect(await told('views: { perPhoto: many }')).toMatch(/mine.yaml views.perPhoto: /);
  });

  it('has what a view makes made, once for each file', async () => {
    const lazy = SMALL.replace("'1:1', fit: cover", "'1:1', fit: cover, generate: on_demand");
    writeFileSync(join(folder, 'presets.yaml'), lazy);
    const { stdout } = await estimate('--uploads-per-day', '1', ...withPhotos('a.jpg'), '--json');
    const { upload, million, sample } = JSON.parse(stdout);
    expect(upload.files).toBe(4);
    const missed = sample.measured[0].renditions.filter((one: object) => 'miss' in one);
    expect(missed).toMatchObject([{ preset: 'thumb', width: 100, format: 'jpeg' }]);
    // The file, two writes around a decoder that might crash, and the manifest.
    expect(missed[0].miss.requests.puts).toBeGreaterThanOrEqual(2);
    expect(missed[0].miss.cpuSeconds).toBeGreaterThan(0);
    expect(million.views.misses).toBeCloseTo(1e6 / 100, -1);
    expect(million.views.compute).toBeGreaterThan(0);
  });

  it('leaves out what cannot be developed or is not asked for, and says so', async () => {
    const photos = withPhotos('a.jpg', 'docs/b.jpg');
    writeFileSync(join(folder, 'photos/notes.txt'), 'milk, bread');
    const { code, stdout } = await estimate('--uploads-per-day', '10', ...photos);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^From 1 photo, .*photos, developed here/);
    expect(stdout).toContain('left out: docs/b.jpg: no rule of the preset list asks for it');
    expect(stdout).toMatch(/left out: notes\.txt: ORIGINAL_UNSUPPORTED: expected a JPEG/);
    expect(stdout).toMatch(/\nfiles +5 +50 +1,500\n/);
  });

  it('takes no more photos than it is told, from all over the folder', async () => {
    const photos = withPhotos('1.jpg', '2.jpg', '3.jpg', '4.jpg');
    const { stdout } = await estimate('--uploads-per-day', '1', ...photos, '--most', '2', '--json');
    const { measured } = JSON.parse(stdout).sample;
    expect(measured.map(({ key }: { key: string }) => key)).toEqual(['1.jpg', '3.jpg']);
  });

  it('has photos of its own', async () => {
    const { code, stdout } = await estimate('--uploads-per-day', '1', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).sample.measured).toHaveLength(3);
  });

  it.each([
    ['no photo that can be developed', ['--photos', 'docs/adr', '--most', '1'], /expected photos/],
    ['a folder that is not there', ['--photos', '/nowhere'], /expected a folder of photos/],
    ['uploads that are no number', ['--uploads-per-day', 'many'], /expected a number above 0/],
    ['half a photo', ['--most', '0.5'], /expected a whole number above 0/],
  ])('refuses %s', async (_, words, sentence) => {
    const { code, stderr } = await estimate('--uploads-per-day', '1', ...words);
    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
  });

  it('says how long a backfill takes, by the instances that it gets', async () => {
    const { stdout } = await estimate('--backfill', '1000000000', ...withPhotos('a.jpg'), '--json');
    const { backfill, upload } = JSON.parse(stdout);
    expect(backfill).toMatchObject({ originals: 1e9, shipped: 20 });
    expect(backfill.rows[0].seconds).toBeCloseTo((1e9 * upload.seconds) / 20, -3);
    const told = await estimate('--backfill', '1000', ...withPhotos('a.jpg'));
    expect(told.stdout).toMatch(
      /A backfill of 1,000 originals, .*\n\ninstances .*\n.*20 \(s\.yaml\)/,
    );
  });

  it.each([
    [[], /expected --uploads-per-day N, --backfill N or --views N, received none/],
    [['--uploads-per-day', '1', '--backfill', '1'], /--backfill <n>' cannot be used with/],
  ])('refuses %j', async (words, sentence) => {
    const { code, stderr } = await estimate(...words);
    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
  });
});
