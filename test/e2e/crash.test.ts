import { readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import OSS from 'ali-oss';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Happening } from '../../local/function-host/invocation.ts';
import { buckets, type Platform, startPlatform } from '../../local/platform.ts';
import { putFunctions } from '../../local/kept-build.ts';
import { manifestKey } from '../../shared/core/set/keys.ts';
import { type Manifest, manifestSchema } from '../../shared/core/set/manifest.ts';
import { TINY } from '../support/bulk.ts';
import { newFolder } from '../support/folders.ts';
import { starfishPhoto } from '../support/originals.ts';
import { patiently } from '../support/platform.ts';

const root = resolve(import.meta.dirname, '../..');
const KILLER = 'kills the decoder';

/** In front of the function as it is deployed: libvips dies of what says so, as it would of a flaw in a decoder. */
const mortalDecoder = `import sharp from 'sharp';
const { toBuffer } = sharp.prototype;
sharp.prototype.toBuffer = function (...asked) {
  if (this.options.input.buffer?.includes(${JSON.stringify(KILLER)})) process.kill(process.pid, 'SIGSEGV');
  return toBuffer.apply(this, asked);
};
export { handler } from './as-deployed.mjs';
`;

const dataDir = newFolder();
const happenings: Happening[] = [];
let platform: Platform;
beforeAll(async () => {
  const bundles = newFolder();
  await putFunctions(bundles);
  symlinkSync(join(root, 'node_modules'), join(bundles, 'node_modules'));
  for (const name of ['on-object-changed', 'backfill']) {
    const folder = join(bundles, name);
    renameSync(join(folder, 'index.mjs'), join(folder, 'as-deployed.mjs'));
    writeFileSync(join(folder, 'index.mjs'), mortalDecoder);
  }
  platform = await startPlatform({
    port: 0,
    dataDir,
    fresh: true,
    identity: undefined,
    presets: { text: TINY, file: 'presets.yaml', replace: true },
    retryCount: false,
    bundles,
    onHappening: happening => void happenings.push(happening),
  });
});
afterAll(() => platform?.close());

const bucket = (name: keyof typeof buckets) =>
  new OSS({ ...platform.oss, bucket: buckets[name], sldEnable: true } as OSS.Options);

async function settled(key: string, until: (manifest: Manifest) => boolean): Promise<Manifest> {
  return await patiently(`a manifest of ${key}`, async () => {
    const stored = platform.store.find(buckets.derivatives)?.objects.get(manifestKey(key));
    if (!stored) return undefined;
    const { content } = await bucket('derivatives').get(manifestKey(key));
    const manifest = manifestSchema.parse(JSON.parse(String(content)));
    return until(manifest) ? manifest : undefined;
  });
}

const deaths = () =>
  happenings.flatMap(one => (one.kind === 'failed' ? [one.error.errorType] : []));

it('a picture that kills its process is settled, though nothing tells the function which attempt it is', async () => {
  const picture = readFileSync(starfishPhoto);
  await bucket('originals').put('bad.jpg', Buffer.concat([picture, Buffer.from(KILLER)]));
  await bucket('originals').put('good.jpg', picture);
  const { failure } = await settled('bad.jpg', ({ failure: found }) => found !== undefined);
  expect(failure?.code).toBe('ORIGINAL_CRASHED');
  expect((await settled('good.jpg', ({ complete }) => complete)).failure).toBeUndefined();
  await platform.host.idle();
  expect(deaths()).toEqual(['ProcessExited', 'ProcessExited']);
  expect(happenings.filter(({ kind }) => kind === 'given-up')).toEqual([]);
});
