import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { Happening } from '../../local/function-host/invocation.ts';
import { buckets, type Platform, startPlatform } from '../../local/platform.ts';
import { seed } from '../../local/seed.ts';
import { presetsOrThrow } from '../../shared/adapters/yaml/preset-file.ts';
import { Failure } from '../../shared/core/failure.ts';
import { marksBeside, withLocalMarks } from '../measure/local-marks.ts';
import { narrator, type Teller } from './narrator.ts';
import { defaultPresets, textOf } from '../presets/presets.ts';
import { type Live, startLive } from '../studio/live.ts';
import { type Studio, startStudio } from '../studio/serve.ts';
import { connectTo } from '../cloud/connection.ts';
import { placeOf } from '../cloud/local-platform.ts';
import { say } from '../terminal/printer.ts';

interface Options {
  port: number;
  data: string;
  presets?: string;
  accessKeyId?: string;
  accessKeySecret?: string;
  fresh?: true;
  seed: boolean;
  webhook?: URL;
  moderate?: true;
  otlp?: URL;
  faults?: true;
  retryCount: boolean;
  json?: true;
}

const DEFAULT_PORT = 7070;

export function localCommand(): Command {
  return new Command('local')
    .description('Start the whole platform on this machine: OSS, Function Compute, CDN.')
    .option(
      '--port <n>',
      'of OSS; the CDN takes the next, the APIs of Function Compute, of the CDN and of moderation those after, then the studio',
      portFrom,
      DEFAULT_PORT,
    )
    .option('--data <dir>', 'where everything is kept', '.darkroom')
    .option('--presets <file>', 'put this preset list in force')
    .option('--access-key-id <id>', 'instead of the one made at the first start')
    .option('--access-key-secret <secret>', 'that belongs to it')
    .option('--fresh', 'begin with empty buckets')
    .option('--no-seed', 'upload no photographs of our own')
    .option('--moderate', 'have pictures judged: all red is blocked, all blue waits for a person')
    .option('--webhook <url>', 'post each ready and failure message there, as JSON', urlFrom)
    .option('--otlp <url>', 'send traces there (OTLP over HTTP)', urlFrom)
    .option('--faults', 'let whoever can read the data folder inject faults into OSS')
    .option(
      '--no-retry-count',
      'tell functions not which attempt it is, as Function Compute may not',
    )
    .option('--json', 'lines of JSON: one when ready, then one for each happening')
    .action(local);
}

async function local(options: Options): Promise<void> {
  const teller = options.json ? jsonTeller() : narrator();
  let live: Live | undefined;
  const platform = await startPlatform({
    port: options.port,
    dataDir: resolve(options.data),
    fresh: options.fresh === true,
    identity: identityFrom(options),
    presets: await presetsFrom(options),
    webhook: options.webhook,
    moderate: options.moderate,
    otlp: options.otlp,
    faults: options.faults,
    retryCount: options.retryCount,
    onHappening: happening => {
      teller.happening(happening);
      live?.happening(happening);
    },
  }).catch((thrown: unknown) => {
    teller.failed?.();
    throw thrown;
  });
  live = startLive(platform.cdn);
  const studio = await studioBeside(platform, options.port, live);
  stopOnSignal(platform, studio);
  teller.ready(platform, { studio: studio.url, moderates: options.moderate === true });
  if (!options.seed) return;
  const seeded = await seed(platform);
  await platform.host.idle();
  await teller.seeded(platform, seeded);
}

/** The port after the platform's own. One that does not come up takes the platform with it. */
async function studioBeside(platform: Platform, port: number, live: Live): Promise<Studio> {
  try {
    const { oss, cdn, cdnApi, fc, data } = platform;
    const { accessKeyId, accessKeySecret, endpoint, region } = oss;
    const told = { oss: { endpoint, region }, buckets, cdn, cdnApi, fc };
    const connection = connectTo(placeOf(data, told, { accessKeyId, accessKeySecret }));
    const beside = port === 0 ? 0 : port + 5;
    return await startStudio({ port: beside, connection, oss: endpoint, live });
  } catch (thrown) {
    await platform.close();
    throw thrown;
  }
}

async function presetsFrom({ presets }: Options) {
  const file = presets ?? defaultPresets;
  const text = await textOf(file);
  const { list } = presetsOrThrow(text, file);
  await withLocalMarks(list, { text, file });
  return { file, text, replace: presets !== undefined, marks: await marksBeside(list, file) };
}

/** Its first line says that all is ready, so what happens earlier is told after it. */
function jsonTeller(): Teller {
  const early: Happening[] = [];
  let isReady = false;
  return {
    ready: ({ oss, cdn, fc, cdnApi, moderation, data }, { studio }) => {
      isReady = true;
      say(JSON.stringify({ oss, buckets, cdn, fc, cdnApi, moderation, data, studio }));
      for (const happening of early.splice(0)) say(JSON.stringify(happening));
    },
    happening: happening => {
      if (isReady) say(JSON.stringify(happening));
      else early.push(happening);
    },
    failed: () => {
      for (const happening of early) process.stderr.write(`${JSON.stringify(happening)}\n`);
    },
    seeded: async () => undefined,
  };
}

/** At once: what was under way is still queued on disk, and goes on at the next start. */
function stopOnSignal(platform: Platform, studio: Studio): void {
  const stop = async () => {
    await studio.close();
    await platform.close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
}

function identityFrom({ accessKeyId, accessKeySecret }: Options) {
  if (accessKeyId && accessKeySecret) return { accessKeyId, accessKeySecret };
  if (!accessKeyId && !accessKeySecret) return undefined;
  throw new Failure(
    'SETTINGS_INVALID',
    'expected --access-key-id and --access-key-secret together, received one of them',
  );
}

function portFrom(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_531) return port;
  throw new InvalidArgumentError('expected a port below 65531, or 0 for any that are free');
}

function urlFrom(text: string): URL {
  if (URL.canParse(text) && /^https?:/.test(text)) return new URL(text);
  throw new InvalidArgumentError('expected an address such as http://localhost:3000/photos');
}
