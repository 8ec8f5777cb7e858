import { DECODE_SECONDS } from '../../shared/core/picture/limits.ts';
import { guess } from '../../shared/core/list/problems.ts';
import { RESERVE_MS } from '../../shared/fc/context.ts';
import { readSettings, settingNames } from '../../shared/fc/settings.ts';
import { LAST_ATTEMPT } from '../../shared/pipeline/bulk/backfill.ts';
import type { FunctionProps, Resource } from './template.ts';
import { triggerProblems } from './trigger-checks.ts';

/** What holds between the fields of s.yaml, and between it and the code. One sentence each, none where all is well. */
export function problemsBetween(functions: Resource[]): string[] {
  if (functions.length === 0) return ['resources: expected at least one function, received none'];
  return [
    ...oneOf('region', functions.flatMap(regionsOf)),
    ...oneOf('account', functions.flatMap(accountsOf)),
    ...twice(
      'functionName',
      functions.map(({ props }) => props.functionName),
    ),
    ...functions.flatMap(one =>
      problemsOf(one).map(problem => `resources.${one.key}.props.${problem}`),
    ),
    ...functions.flatMap(one => workerProblems(one, functions)),
    ...triggerProblems(functions),
  ];
}

function problemsOf({ key, props }: Resource): string[] {
  return [
    ...codeProblems(key, props),
    ...shapeProblems(props),
    ...timeProblems(props),
    ...asyncProblems(props),
    ...environmentProblems(props),
  ];
}

function codeProblems(key: string, { code }: FunctionProps): string[] {
  const packed = `./dist/${key}.zip`;
  if (code === packed) return [];
  return [`code: expected ${packed}, as npm run package makes it, received ${code}`];
}

/** As the comment on `cpu` in CreateFunctionInput of @alicloud/fc20230330 says; fc3 does not look. */
function shapeProblems({ cpu, memorySize }: FunctionProps): string[] {
  const gigabytes = memorySize / 1024;
  if (gigabytes >= cpu && gigabytes <= 4 * cpu) return [];
  return [
    `memorySize: expected 1 to 4 GB for each vCPU, received ${memorySize} MB for ${cpu} vCPU`,
  ];
}

/** An original that is begun comes to its end and is committed, even if both decoders take all their time. */
function timeProblems({ timeout }: FunctionProps): string[] {
  const least = 2 * DECODE_SECONDS + RESERVE_MS / 1000;
  if (timeout >= least) return [];
  return [
    `timeout: expected at least ${least} s, two decoders of ${DECODE_SECONDS} s and ${RESERVE_MS / 1000} s to commit, received ${timeout}`,
  ];
}

/** What is invoked asynchronously would have the defaults of whoever reads the file, and lose what fails. */
function asyncProblems({
  triggers,
  asyncInvokeConfig,
  concurrencyConfig,
}: FunctionProps): string[] {
  const types = new Set(triggers.map(({ triggerType }) => triggerType));
  const problems: string[] = [];
  if (!asyncInvokeConfig && (types.size === 0 || types.has('oss') || types.has('timer'))) {
    problems.push(
      'asyncInvokeConfig: expected one with retries, age and onFailure, since it is invoked asynchronously, received nothing',
    );
  }
  const reserved = concurrencyConfig?.reservedConcurrency;
  // 0 stops a function, for whoever has to: docs/runbook.md.
  if (types.has('timer') && reserved !== 0 && reserved !== 1) {
    problems.push(
      `concurrencyConfig.reservedConcurrency: expected 1, since a timer fires while the run before is under way, received ${reserved ?? 'nothing'}`,
    );
  }
  return problems;
}

const ENVIRONMENT_BYTES = 4096;

function environmentProblems({ environmentVariables: environment }: FunctionProps): string[] {
  const names = Object.keys(environment);
  const problems = names
    .filter(name => name.startsWith('DARKROOM_') && !settingNames.includes(name))
    .map(
      name =>
        `environmentVariables: expected one of the settings ${settingNames.join(', ')}, received ${name}${guess(name, settingNames)}`,
    );
  const bytes = Buffer.byteLength(Object.entries(environment).flat().join(''));
  if (bytes > ENVIRONMENT_BYTES) {
    problems.push(
      `environmentVariables: expected at most ${ENVIRONMENT_BYTES} bytes in all, received ${bytes}`,
    );
  }
  return [...problems, ...settingsProblems(environment)];
}

function settingsProblems(environment: Record<string, string>): string[] {
  try {
    readSettings(environment);
    return [];
  } catch (thrown) {
    const sentences = (thrown as Error).message.split('\n');
    return sentences.map(sentence => `environmentVariables.${sentence}`);
  }
}

/** Who hands batches to a worker: it keeps tasks by their ids, in instances of its own, and ends with the last attempt. */
function workerProblems({ key, props }: Resource, functions: Resource[]): string[] {
  const name = props.environmentVariables.DARKROOM_BACKFILL_FUNCTION;
  if (name === undefined) return [];
  const worker = functions.find(one => one.props.functionName === name);
  if (!worker) {
    return [
      `resources.${key}.props.environmentVariables.DARKROOM_BACKFILL_FUNCTION: expected the functionName of a function here, received ${name}`,
    ];
  }
  const at = `resources.${worker.key}.props`;
  const { asyncInvokeConfig, concurrencyConfig } = worker.props;
  const retries = asyncInvokeConfig?.maxAsyncRetryAttempts;
  const problems = [
    asyncInvokeConfig?.asyncTask
      ? undefined
      : `${at}.asyncInvokeConfig.asyncTask: expected true, since ${key} gives each batch an id, received false`,
    retries === LAST_ATTEMPT
      ? undefined
      : `${at}.asyncInvokeConfig.maxAsyncRetryAttempts: expected ${LAST_ATTEMPT}, as LAST_ATTEMPT in shared/pipeline/bulk/backfill.ts, received ${retries}`,
    concurrencyConfig
      ? undefined
      : `${at}.concurrencyConfig.reservedConcurrency: expected a share of its own, so that uploads have the rest, received nothing`,
  ];
  return problems.filter(problem => problem !== undefined);
}

function regionsOf({ props }: Resource): string[] {
  return [props.region, ...arnsOf(props).map(arn => arn.split(':')[2] ?? '')];
}

function accountsOf({ props }: Resource): string[] {
  const roles = props.triggers.flatMap(one =>
    one.triggerType === 'oss' && one.invocationRole ? [one.invocationRole] : [],
  );
  return [props.role, ...roles, ...arnsOf(props)].map(arn => arn.split(':')[3] ?? '');
}

/** Of what it is woken by and writes to; a role has no region. */
function arnsOf({ triggers, asyncInvokeConfig }: FunctionProps): string[] {
  const { onSuccess, onFailure } = asyncInvokeConfig?.destinationConfig ?? {};
  return [
    ...triggers.flatMap(one => (one.triggerType === 'oss' ? [one.sourceArn] : [])),
    ...[onSuccess, onFailure].flatMap(one => (one ? [one.destination] : [])),
  ];
}

function oneOf(what: string, received: string[]): string[] {
  const different = [...new Set(received)];
  if (different.length === 1) return [];
  return [`resources: expected one ${what} everywhere, received ${different.join(' and ')}`];
}

function twice(what: string, names: string[]): string[] {
  return names
    .filter((name, index) => names.indexOf(name) !== index)
    .map(name => `resources: expected each ${what} once, received ${name} twice`);
}
