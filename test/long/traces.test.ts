import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { putFunctions } from '../../local/kept-build.ts';
import { starfishPhoto } from '../support/originals.ts';
import { newFolder } from '../support/folders.ts';
import { patiently, type RunningPlatform, startedPlatform } from '../support/platform.ts';
import { openReceiver } from '../support/receiver.ts';

/** OTLP in JSON, as far as it is looked at: https://opentelemetry.io/docs/specs/otlp/ */
const spanSchema = z.object({
  name: z.string(),
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  attributes: z.array(z.object({ key: z.string(), value: z.looseObject({}) })),
});
const request = z.object({
  resourceSpans: z.array(
    z.object({ scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })) }),
  ),
});
type Span = z.infer<typeof spanSchema>;

const KEY = 'users/1/海星.jpg';
const dataDir = newFolder();
let collector: Awaited<ReturnType<typeof openReceiver>>;
let platform: RunningPlatform;
beforeAll(async () => {
  collector = await openReceiver(200);
  platform = await startedPlatform(dataDir, '--otlp', collector.origin);
});
afterAll(async () => {
  await platform.stop();
  collector.close();
});

const spans = (): Span[] =>
  collector.received.flatMap(({ body }) =>
    request.parse(body).resourceSpans.flatMap(one => one.scopeSpans.flatMap(each => each.spans)),
  );

async function ended(count: number): Promise<void> {
  const name = 'darkroom-on-object-changed';
  const isOver = () =>
    platform.happenings.filter(one => one.kind === 'succeeded' && one.function === name).length;
  while (isOver() < count) await new Promise(resolve => setTimeout(resolve, 50));
}

describe('a trace', () => {
  it('of an upload has its stages within its reconcile, and is sent before the function answers', async () => {
    await platform.bucket('originals').put(KEY, readFileSync(starfishPhoto));
    await ended(1);
    const all = spans();
    expect(collector.received.every(({ path }) => path === '/v1/traces')).toBe(true);
    const root = all.find(({ name }) => name === 'darkroom-on-object-changed');
    const reconcile = all.find(({ name }) => name === 'reconcile');
    expect(reconcile?.parentSpanId).toBe(root?.spanId);
    const stages = all.filter(one => one.parentSpanId === reconcile?.spanId);
    expect(stages.length).toBe(all.length - 2);
    expect(new Set(all.map(({ traceId }) => traceId)).size).toBe(1);
    const { variants } = await platform.manifest(KEY);
    const files = variants.filter(({ state }) => state === 'rendered').length;
    const times = (name: string) => stages.filter(one => one.name === name).length;
    expect(['read', 'decode', 'write', 'commit'].map(times)).toEqual([1, 1, files, 1]);
    expect(times('observe')).toBeGreaterThan(1);
    expect(times('resize')).toBeGreaterThan(1);
    expect(times('encode')).toBeGreaterThanOrEqual(files);
    expect(times('clear')).toBe(0);
  });

  it('of a delete has what it cleared', async () => {
    const before = spans().length;
    await platform.bucket('originals').delete(KEY);
    await ended(2);
    const names = spans()
      .slice(before)
      .map(({ name }) => name);
    expect(names).toContain('clear');
    expect(names).not.toContain('decode');
  });

  it('that nobody takes costs no upload: the line of log says that it is lost', async () => {
    collector.close();
    await platform.stop();
    platform = await startedPlatform(dataDir, '--otlp', 'http://127.0.0.1:9');
    await platform.bucket('originals').put('b.jpg', readFileSync(starfishPhoto));
    await ended(1);
    expect((await platform.manifest('b.jpg')).complete).toBe(true);
    const lost = await patiently('a line that tells of lost spans', async () =>
      platform.happenings
        .flatMap(({ line }) => (line?.startsWith('{') ? [JSON.parse(line)] : []))
        .find(({ event }) => event === 'spans-lost'),
    );
    expect(lost.count).toBeGreaterThan(10);
  });
});

it('without an endpoint nothing of OpenTelemetry is loaded: it is no part of what an instance starts with', async () => {
  const dist = newFolder();
  await putFunctions(dist);
  for (const name of ['on-object-changed', 'backfill', 'on-cdn-miss', 'on-presets-edited']) {
    const bundle = readFileSync(join(dist, name, 'index.mjs'), 'utf8');
    expect(bundle).not.toContain('node_modules/@opentelemetry');
    const chunks = readdirSync(join(dist, name)).filter(file => file.endsWith('.mjs'));
    const eager = chunks.filter(file => new RegExp(`from "\\./${file}"`).test(bundle));
    for (const file of eager) {
      expect(readFileSync(join(dist, name, file), 'utf8')).not.toContain(
        'node_modules/@opentelemetry',
      );
    }
  }
});
