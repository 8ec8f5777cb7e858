import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import type { ServiceDefinition } from '../../local/service-definition.ts';
import { Failure } from '../../shared/core/failure.ts';
import {
  type Connection,
  type ConnectionOptions,
  connect,
  withConnection,
} from '../cloud/connection.ts';
import { declaredService } from '../cloud/declared.ts';
import { cdnSteps, missDomainStep } from './setup-domains.ts';
import { logSteps } from './setup-logs.ts';
import { queueSteps } from './setup-queues.ts';
import { bucketSteps } from './setup-steps.ts';
import { environment } from '../terminal/environment.ts';
import { carryOut, type Step } from './steps.ts';
import { whyUnread } from '../terminal/unread.ts';

interface Options extends ConnectionOptions {
  origin: string[];
  missDomain?: string;
  missCertificate?: string;
  missKey?: string;
  cdnDomain?: string;
  apply?: true;
  json?: true;
}

export function setupCommand(): Command {
  const command = new Command('setup')
    .summary('Show, and make, what a deployment needs beside its functions.')
    .description(
      'Show what a deployment needs beside its functions (buckets, rules, logs, queues, domains) and is not there yet; with --apply, make it.',
    )
    .addOption(
      new Option(
        '--origin <url>',
        'a page that uploads straight from the browser; may be given again',
      )
        .argParser((url: string, urls: string[]) => [...urls, url])
        .default([] as string[], 'none'),
    )
    .option('--miss-domain <name>', 'by which OSS asks on-cdn-miss for files that are missing')
    .option('--miss-certificate <file>', 'of that domain, PEM')
    .option('--miss-key <file>', 'of that certificate, PEM')
    .option('--cdn-domain <name>', 'in front of the derivatives bucket')
    .option('--apply', 'make what is missing, and set what is otherwise')
    .option('--json', 'one line of JSON');
  return withConnection(command).action(setup);
}

async function setup(options: Options): Promise<void> {
  const connection = await connect(options);
  // Resolved once, and for a deployment only: a local platform has neither.
  let service: Promise<ServiceDefinition> | undefined;
  const declared = () => {
    service ??= declaredService();
    return service;
  };
  await carryOut(() => stepsOf(options, connection, declared), {
    ...options,
    where: connection.where,
    command: 'npx darkroom setup',
  });
}

async function stepsOf(
  options: Options,
  connection: Connection,
  declared: () => Promise<ServiceDefinition>,
): Promise<Step[]> {
  const { missDomain, cdnDomain } = options;
  const { cloud, names } = connection;
  const wanted = {
    origins: options.origin.map(checkedOrigin),
    missUrl: missDomain && `https://${missDomain}/`,
    missSecret: environment().DARKROOM_MISS_SECRET,
  };
  const steps = await bucketSteps(wanted, connection);
  if (cloud.logs) steps.push(...(await logSteps(await declared(), cloud.logs)));
  if (cloud.queues) steps.push(...(await queueSteps(await declared(), cloud.queues)));
  if (missDomain) {
    const certificate = await textOf(options.missCertificate);
    const privateKey = await textOf(options.missKey);
    const domain = { name: missDomain, certificate, privateKey };
    steps.push(await missDomainStep(domain, cloud.functions()));
  }
  if (cdnDomain) {
    const bucketHost = `${names.derivatives}.oss-${cloud.region}.aliyuncs.com`;
    steps.push(...(await cdnSteps(cloud.cdnDomain(cdnDomain), bucketHost)));
  }
  return steps;
}

function checkedOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.origin === text || text === '*') return text;
  throw new Failure(
    'SETTINGS_INVALID',
    `expected an origin such as https://app.example.com (--origin), received ${text}`,
  );
}

async function textOf(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  return await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const message = `expected a PEM file at ${file}, ${whyUnread(cause)}`;
    throw new Failure('SETTINGS_INVALID', message, { cause });
  });
}
