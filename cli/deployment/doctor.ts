import { Command, InvalidArgumentError } from 'commander';
import type { ServiceDefinition } from '../../local/service-definition.ts';
import {
  type Connection,
  type ConnectionOptions,
  connect,
  withConnection,
} from '../cloud/connection.ts';
import { declaredService } from '../cloud/declared.ts';
import { compareDeployed } from './drift.ts';
import { checksOf, findingsOf } from './doctor-checks.ts';
import type { Finding } from './doctor-finding.ts';
import { say, sayText } from '../terminal/printer.ts';

export function doctorCommand(): Command {
  const command = new Command('doctor')
    .summary('Look whether a deployment can do its work, and how to mend it.')
    .description(
      'Look whether a deployment, or the local platform, can do its work; say how to mend what is wrong. Changes nothing.',
    )
    .option(
      '--before-deploy',
      'only what a deployment would leave as it is, though it says nothing',
    )
    .option(
      '--answer-mb <n>',
      'also whether an answer of so many MB, 32 at most, comes whole',
      megabytes,
    )
    .option('--json', 'one line of JSON');
  return withConnection(command).action(doctor);
}

const MOST_MB = 32;

function megabytes(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= MOST_MB) return value;
  throw new InvalidArgumentError(`expected a whole number from 1 to ${MOST_MB}, received ${text}`);
}

interface Options extends ConnectionOptions {
  beforeDeploy?: true;
  answerMb?: number;
  json?: true;
}

async function doctor(options: Options): Promise<void> {
  const connection = await connect(options);
  if (options.beforeDeploy) {
    say(await compareDeployed(await declaredFor(connection), connection.cloud.functions()));
  } else await lookAtAll(connection, options);
}

async function lookAtAll(connection: Connection, options: Options): Promise<void> {
  const asJson = options.json === true;
  if (!asJson) say(`On ${connection.where}\n`);
  const found: Finding[] = [];
  for (const check of checksOf(connection, () => declaredFor(connection), options)) {
    const findings = await findingsOf(check);
    found.push(...findings);
    if (!asJson) for (const finding of findings) sayText(linesOf(finding));
  }
  const wrong = found.filter(({ state }) => state === 'bad').length;
  if (asJson) say(JSON.stringify(found));
  else say(`\n${wrong === 0 ? 'All is well.' : `${wrong} to mend.`}`);
  if (wrong > 0) process.exitCode = 1;
}

/** Resolved for the buckets and the account that are looked at, be they those of a local platform. */
async function declaredFor({ names, presetsKey, cloud }: Connection): Promise<ServiceDefinition> {
  return await declaredService({
    DARKROOM_REGION: cloud.region,
    ...(cloud.accountId === undefined ? {} : { DARKROOM_ACCOUNT_ID: cloud.accountId }),
    DARKROOM_ORIGINALS_BUCKET: names.originals,
    DARKROOM_DERIVATIVES_BUCKET: names.derivatives,
    DARKROOM_CONFIG_BUCKET: names.config,
    DARKROOM_PRESETS_KEY: presetsKey,
  });
}

const SIGNS = { good: '✓', bad: '✗', unknown: '?' };

function linesOf({ name, state, words, mend }: Finding): string {
  const line = `  ${SIGNS[state]} ${name}: ${words}`;
  return mend ? `${line}\n      → ${mend}` : line;
}
