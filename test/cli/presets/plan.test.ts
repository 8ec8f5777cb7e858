import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { columnsOf } from '../../../cli/terminal/width.ts';
import { ossStore } from '../../../shared/adapters/oss/store.ts';
import { presetsOrThrow } from '../../../shared/adapters/yaml/preset-file.ts';
import { IN_FORCE_KEY } from '../../../shared/core/work/in-force.ts';
import { savedPlanSchema } from '../../../shared/core/work/saved-plan.ts';
import type { ObjectStore } from '../../../shared/ports.ts';
import { newFolder } from '../../support/folders.ts';
import { credentials, localOss } from '../../support/local-oss.ts';
import { quarters, starfishPhoto } from '../../support/originals.ts';
import { SMALL } from '../../support/preset-lists.ts';
import { darkroom, onTerminal } from '../../support/processes.ts';

const json = { contentType: 'application/json', cacheControl: 'no-store' };
const AT = '2026-11-23T10:00:00.000Z';
const EDITED = SMALL.replace('[480, 1080]', '[480, 800]');

let folder: string;
const inFolder = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

beforeEach(() => {
  folder = newFolder();
});

describe('darkroom presets diff', () => {
  it('says preset by preset what differs', async () => {
    const renamed = EDITED.replace("'docs/**'", "'private/**'");
    const words = [inFolder('old.yaml', SMALL), inFolder('new.yaml', renamed)];
    const { code, stdout } = await darkroom('presets', 'diff', ...words);
    expect(code).toBe(0);
    expect(stdout).toBe(`thumb  keep
feed   change  widths: 480, 1080 → 480, 800
               makes 800 in jpeg, webp
               retires 1080 in jpeg, webp
rules: "private/**" is new: none
rules: "docs/**" is gone, it had: none
`);
  });

  it('names every mistake of a list with its place', async () => {
    const words = [inFolder('old.yaml', SMALL), inFolder('new.yaml', 'version: 1\nrules: []\n')];
    const { code, stderr } = await darkroom('presets', 'diff', ...words);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /new\.yaml is not in order\n(.*\n)?.*new\.yaml:2:8 rules: expected at least 1/,
    );
  });
});

describe('darkroom presets plan', () => {
  let oss: Awaited<ReturnType<typeof localOss>>;
  let buckets: { originals: ObjectStore; derivatives: ObjectStore; config: ObjectStore };
  beforeAll(async () => {
    oss = await localOss(['originals', 'derivatives', 'config']);
    const open = (name: string) => ossStore(name, oss.connection);
    buckets = {
      originals: open('originals'),
      derivatives: open('derivatives'),
      config: open('config'),
    };
    const photo = readFileSync(starfishPhoto);
    const small = await quarters(600, 400).jpeg().toBuffer();
    const keys = ['docs/a.jpg', 'p/1.jpg', 'p/2.jpg', 'p/3.jpg', 'q/海 4.jpg', 'q/small.jpg'];
    for (const key of keys) {
      const bytes = key.includes('small') ? small : photo;
      await buckets.originals.put(key, bytes, { contentType: 'image/jpeg', cacheControl: '' });
    }
    await buckets.originals.put('q/text.jpg', Buffer.from('no picture'), json);
  });
  afterAll(() => oss.close());

  beforeEach(() => {
    const { accessKeyId, accessKeySecret } = credentials;
    const settings = {
      DARKROOM_REGION: 'cn-hangzhou',
      DARKROOM_ORIGINALS_BUCKET: 'originals',
      DARKROOM_DERIVATIVES_BUCKET: 'derivatives',
      DARKROOM_CONFIG_BUCKET: 'config',
      DARKROOM_OSS_ENDPOINT: oss.endpoint,
      DARKROOM_OSS_PATH_STYLE: 'true',
      ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
    };
    for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await buckets.config.remove([IN_FORCE_KEY]);
  });

  const putInForce = async (yaml: string, approveAbove = '') => {
    const { list, fingerprint } = presetsOrThrow(`${yaml}${approveAbove}`, 'in force');
    const promotedAt = '2026-11-23T10:00:00.000Z';
    const record = { schema: 1, fingerprint, etag: 'E', promotedAt, list };
    await buckets.config.put(IN_FORCE_KEY, Buffer.from(JSON.stringify(record)), json);
    return fingerprint;
  };
  const plan = async (yaml: string, ...words: string[]) =>
    await darkroom('presets', 'plan', inFolder('new.yaml', yaml), ...words);

  it('counts what is touched, develops a sample, and saves all that it knows', async () => {
    const from = await putInForce(SMALL);
    const out = join(folder, 'plan.json');
    const { code, stdout, stderr } = await plan(EDITED, '--out', out, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const saved = savedPlanSchema.parse(JSON.parse(readFileSync(out, 'utf8')));
    expect(JSON.parse(stdout)).toEqual(saved);
    expect(saved).toMatchObject({
      where: 'originals in cn-hangzhou',
      prefix: '',
      from,
      to: presetsOrThrow(EDITED, 'new').fingerprint,
      list: EDITED,
      originals: 6,
      files: 12,
      retired: 12,
      // Five make files of 800, two each; the text makes none and is left out. The small one has its 600 from before.
      sample: { photos: 5, leftOut: 1, asked: 10, made: 8 },
    });
    // Beside its files each of the four large ones: HEAD x 5, GET x 5, PUT of the manifest. The small one: HEAD and GET, all is there.
    expect(saved.requests).toBe(Math.round(8 * (12 / 10) + ((4 * 11 + 2) * 6) / 5));
    expect(saved.usd).toBeGreaterThan(0);
    expect(saved.cpuHours).toBeGreaterThan(0);
    expect(saved.gigabytes).toBeGreaterThan(0);
  });

  it('says how often what it touches is looked at, by a heat that is given', async () => {
    const from = await putInForce(SMALL);
    const age = { age: 'older', hits: 0, bytes: 0, missBytes: 0, files: 1 };
    const cell = (format: string, width: number, views: number) => ({
      ...{ preset: 'feed', format, width, files: 1, stored: null },
      viewed: [{ ...age, views }],
    });
    const heat = {
      ...{ schema: 1, hours: 12, presets: 'f', lines: {}, ages: null, proposals: [] },
      ...{ madeAt: AT, from: AT, to: AT, skipped: { first: null, damaged: 0, cut: [] } },
      cells: [cell('jpeg', 480, 100), cell('jpeg', 1080, 30), cell('webp', 1080, 4)],
    };
    const words = ['--count-only', '--heat', inFolder('heat.json', JSON.stringify(heat))];
    const { stdout } = await plan(EDITED, ...words);
    expect(stdout).toContain(
      `Views a day of what it touches, 68 of 268 (12 hours of log, to ${AT}):
  feed  1080  jpeg  retired  60
  feed  1080  webp  retired   8
The heat is of another list (f) than the one in force (${from}): files that only one of them has count 0.
`,
    );
    const lazy = SMALL.replace('name: feed,', 'name: feed, generate: on_demand,');
    const saved = JSON.parse((await plan(lazy, ...words, '--json')).stdout);
    expect(saved.views).toEqual([
      { preset: 'feed', format: 'jpeg', width: 480, change: 'on_demand', viewsPerDay: 200 },
      { preset: 'feed', format: 'jpeg', width: 1080, change: 'on_demand', viewsPerDay: 60 },
      { preset: 'feed', format: 'webp', width: 480, change: 'on_demand', viewsPerDay: 0 },
      { preset: 'feed', format: 'webp', width: 1080, change: 'on_demand', viewsPerDay: 8 },
    ]);
    expect(savedPlanSchema.parse(saved)).toEqual(saved);
  });

  it.each([
    ['no JSON', 'hello', /expected what npx darkroom heat --out saved at .*heat\.json \(--heat\)/],
    ['another thing', '{"schema":1}', /\(--heat\), it is wrong at madeAt: /],
  ])('refuses a heat that is %s', async (_what, text, sentence) => {
    const { code, stderr } = await plan(EDITED, '--heat', inFolder('heat.json', text));
    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
  });

  it('says what a preset costs from now on that is left to views, and that what is there stays', async () => {
    await putInForce(SMALL);
    const lazy = SMALL.replace('name: feed,', 'name: feed, generate: on_demand,');
    const { code, stdout, stderr } = await plan(lazy);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/None of 7 originals is touched/);
    expect(stdout).toMatch(
      /feed: of a million uploads from now on its files cost USD [\d.]+ over their lives, made by views; on upload USD [\d.]+\. What is there stays\./,
    );
    const kept = await plan(SMALL.replace('name: feed,', 'name: feed, keep: 90d,'));
    expect(kept.stdout).toMatch(/feed +change +0 +0 +0 +keep: none → 90d/);
  });

  it('writes nothing in the cloud', async () => {
    await putInForce(SMALL);
    await plan(EDITED);
    for (const bucket of [buckets.derivatives, buckets.config]) {
      const keys: string[] = [];
      for await (const entry of bucket.list('')) if ('key' in entry) keys.push(entry.key);
      expect(keys).toEqual(bucket === buckets.config ? [IN_FORCE_KEY] : []);
    }
  });

  it('tells a person, and whether it would wait', async () => {
    const from = await putInForce(SMALL, 'approveAbove: { originals: 2 }\n');
    const { stdout } = await plan(EDITED, '--sample', '1', '--prefix', 'p/');
    expect(stdout).toContain(
      `against the list in force (${from}, since 2026-11-23T10:00:00.000Z), over originals in cn-hangzhou, below p/`,
    );
    expect(stdout).toContain(`preset          originals  to make  to retire  what differs
thumb   keep            0        0          0
feed    change          3        6          6  widths: 480, 1080 → 480, 800`);
    expect(stdout).toContain(
      '3 of 3 originals are touched: at most 6 files to make and 6 to retire.',
    );
    expect(stdout).toMatch(/From 1 of them, developed here \(.*\):\n +files +about 6\n/);
    expect(stdout).toContain(
      'It will wait for `npx darkroom presets apply`: more than 2 originals (approveAbove of the list in force).',
    );
  });

  it.runIf(process.platform === 'linux')(
    'fits a terminal of 80 columns, its progress, too',
    async () => {
      await putInForce(SMALL, 'approveAbove: { originals: 2, usd: 100 }\n');
      const words = ['presets', 'plan', inFolder('new.yaml', EDITED), '--sample', '2'];
      const { code, shown } = await onTerminal({ columns: 80 }, ...words);
      expect(code).toBe(0);
      expect(shown).toContain('of 2 developed, to measure');
      expect(shown).toMatch(/^It will wait for `npx darkroom presets apply`/m);
      const file = join(folder, 'new.yaml');
      // What erases a line of progress takes no column.
      const lines = shown.replaceAll('\r\u001b[2K', '\n').split('\n');
      for (const line of lines.filter(one => !one.startsWith(file)))
        expect([line, columnsOf(line) <= 80]).toEqual([line, true]);
    },
  );

  it('is against nothing where no list is in force', async () => {
    const { stdout } = await plan(SMALL, '--count-only', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      from: null,
      originals: 6,
      files: 30,
      retired: 0,
      gigabytes: null,
      sample: null,
    });
    expect((await plan(SMALL, '--count-only')).stdout).toContain(
      'against nothing: no list is in force yet',
    );
  });

  it('of no edit touches nothing', async () => {
    await putInForce(SMALL);
    const { code, stdout } = await plan(`# a comment\n${SMALL}`);
    expect(code).toBe(0);
    expect(stdout).toContain('None of 7 originals is touched.');
  });

  it('takes other prices', async () => {
    await putInForce(SMALL);
    const free = inFolder(
      'prices.yaml',
      'computeUnits: [{ usd: 0 }]\nputsPer10000: 0\ngetsPer10000: 0\n',
    );
    const { stdout } = await plan(EDITED, '--count-only', '--json', '--prices', free);
    expect(JSON.parse(stdout)).toMatchObject({ usd: 0, files: 12 });
    const wrong = inFolder('wrong.yaml', 'putsPer10000: dear\n');
    const refused = await plan(EDITED, '--prices', wrong);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/wrong\.yaml is no file of prices\n.*putsPer10000: .*expected/);
  });

  it('saves nothing of a list that is not in order', async () => {
    const out = join(folder, 'plan.json');
    const { code, stderr } = await plan('version: 1\nrules: []\n', '--out', out);
    expect(code).toBe(1);
    expect(stderr).toMatch(/new\.yaml:2:8 rules: expected at least 1/);
    expect(existsSync(out)).toBe(false);
  });

  it('refuses something else in the place of the list in force', async () => {
    await buckets.config.put(IN_FORCE_KEY, Buffer.from('{}'), json);
    const { code, stderr } = await plan(EDITED);
    expect(code).toBe(1);
    expect(stderr).toMatch(/expected the list in force at presets\.in-force\.json/);
  });
});
