import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connection, connect } from '../../cli/cloud/connection.ts';
import { manifestKey, parseDerivativeKey } from '../../shared/core/set/keys.ts';
import { manifestSchema } from '../../shared/core/set/manifest.ts';
import type { ObjectStore } from '../../shared/ports.ts';
import { newFolder } from '../support/folders.ts';
import { phonePhoto, quarters, smallPhotos, starfishPhoto } from '../support/originals.ts';
import { type MortalPlatform, mortalPlatform, storeOf } from '../support/mortal-platform.ts';
import { type Upload, uploadAll } from '../support/persistent-uploads.ts';
import { darkroom } from '../support/processes.ts';
import { numbered } from '../support/thorough.ts';

const UPLOADS = numbered(40, 300);
/** Of all requests, to any of the three buckets. */
const SHARE = Number(process.env.DARKROOM_FAULT_SHARE ?? 0.05);
const DEATHS = numbered(2, 6);
const INSTANCE_DEATHS = numbered(4, 20);

const LIST = `
version: 1
rules: [{ match: '**', presets: [thumb, feed] }]
presets:
  - name: thumb
    widths: [96]
    aspect: '1:1'
    fit: cover
    gravity: attention
    formats: { jpeg: {}, webp: { effort: 1 } }
  - name: feed
    widths: [160, 320]
    formats: { jpeg: {}, webp: { effort: 1 }, avif: { effort: 0 } }
`;

const folder = newFolder();
const presets = join(folder, 'presets.yaml');
let stormy: MortalPlatform;
let clean: MortalPlatform;
let uploads: Upload[];

async function pictures(): Promise<Buffer[]> {
  const photos = [starfishPhoto, ...smallPhotos, phonePhoto].map(file => readFileSync(file));
  const seeThrough = sharp({
    create: { width: 300, height: 200, channels: 4, background: '#3355aa80' },
  });
  return [
    ...photos,
    await seeThrough.png().toBuffer(),
    await quarters(640, 480).webp().toBuffer(),
    await quarters(500, 900).tiff().toBuffer(),
  ];
}

beforeAll(async () => {
  writeFileSync(presets, LIST);
  const all = await pictures();
  uploads = Array.from({ length: UPLOADS }, (_, index) => ({
    key: `一 50%+/${index}.jpg`,
    bytes: all[index % all.length] ?? Buffer.alloc(0),
  }));
  clean = await mortalPlatform(newFolder(), presets);
  await uploadAll(uploads, () => storeOf(clean.now().ready, 'originals'));
  await clean.quiet();
  stormy = await mortalPlatform(newFolder(), presets);
  say(await storm());
  await mended();
}, 3_600_000);

afterAll(async () => {
  await Promise.all([clean?.now().stop(), stormy?.now().stop()]);
});

const say = (facts: object) => process.stdout.write(`faults: ${JSON.stringify(facts)}\n`);

/** Uploads with everything going wrong that can, until nothing is under way any more. */
async function storm(): Promise<object> {
  const started = Date.now();
  await stormy.afflict(SHARE);
  const reapers = reaping();
  const retries = await uploadAll(
    uploads,
    () => storeOf(stormy.now().ready, 'originals'),
    done => reapers.progress(done / UPLOADS),
  );
  const killed = await reapers.end();
  await stormy.quiet();
  await stormy.afflict(0);
  const seconds = Math.round((Date.now() - started) / 1000);
  const givenUp = failures().length;
  return { uploads: UPLOADS, seconds, retries, ...killed, givenUp, struck: await stormy.struck() };
}

/** Deaths spread evenly over the uploads; every other one of the host takes the functions' processes with it. */
function reaping() {
  const killed = { hosts: 0, instances: 0 };
  let dying: Promise<void> = Promise.resolve();
  const kill = async (share: number) => {
    while (killed.hosts < Math.floor(share * (DEATHS + 1)) && killed.hosts < DEATHS) {
      killed.hosts += 1;
      await stormy.die(killed.hosts % 2 === 0 ? 'all' : 'host');
    }
    if (killed.instances < share * INSTANCE_DEATHS && stormy.killInstance()) killed.instances += 1;
  };
  const inTurn = (share: number) => {
    dying = dying.then(() => kill(share));
    dying.catch(() => undefined);
  };
  return {
    progress: inTurn,
    async end() {
      await dying;
      return killed;
    },
  };
}

function failures(): string[] {
  const names = readdirSync(join(stormy.dataDir, 'destinations'), { recursive: true });
  return names.map(String).filter(name => /\/failure\/[^/]+\.json$/.test(name));
}

/** What an operator does once the store is well again. */
async function mended(): Promise<void> {
  const { code, stdout, stderr } = await darkroom('replay', '--json', '--data', stormy.dataDir);
  expect([code, stderr]).toEqual([0, '']);
  say({ replay: JSON.parse(stdout.trim().split('\n').at(-1) ?? '') });
  await stormy.quiet();
  const connection = await connect({ data: stormy.dataDir });
  await connection.tasks('darkroom-sweep').invoke(Buffer.from('{"kind":"darkroom.sweep"}'));
  await stormy.quiet();
}

const connectionOf = (platform: MortalPlatform): Promise<Connection> =>
  connect({ data: platform.dataDir });

async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const entry of store.list('')) if ('key' in entry) keys.push(entry.key);
  return keys;
}

/** Of every file but manifests, which tell times, the SHA-256 of its bytes. */
async function filesOf(platform: MortalPlatform): Promise<Record<string, string>> {
  const { derivatives } = await connectionOf(platform);
  const keys = (await keysOf(derivatives)).filter(key => parseDerivativeKey(key) !== undefined);
  const hashed = keys.map(async key => {
    const { bytes = Buffer.alloc(0) } = (await derivatives.get(key)) ?? {};
    return [key, createHash('sha256').update(bytes).digest('hex')] as const;
  });
  return Object.fromEntries(await Promise.all(hashed));
}

async function manifestOf(platform: MortalPlatform, key: string) {
  const { derivatives } = await connectionOf(platform);
  const stored = await derivatives.get(manifestKey(key));
  return manifestSchema.parse(JSON.parse(String(stored?.bytes)));
}

async function json(...words: string[]): Promise<{ code: number | null; lines: any[] }> {
  const { code, stdout } = await darkroom(...words, '--json', '--data', stormy.dataDir);
  return { code, lines: [] };
}

describe('after uploads through a store that fails in every way, and deaths of all that runs', () => {
  it('the files are those of a clean run, byte by byte, and no other', async () => {
    const wanted = await filesOf(clean);
    expect(Object.keys(wanted).length).toBeGreaterThan(UPLOADS * 6);
    expect(await filesOf(stormy)).toEqual(wanted);
  });
});
