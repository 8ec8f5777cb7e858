import { resolve } from 'node:path';
import { verifyTemplate } from '../local/service/preview.ts';
import { connect } from '../cli/cloud/connection.ts';
import { compareDeployed } from '../cli/deployment/drift.ts';
import { readServiceDefinition, type ServiceDefinition } from '../local/service-definition.ts';
import { missSecretOf, readSettings } from '../shared/fc/settings.ts';

/**
 * s.yaml, resolved with this environment, against our schema and what holds between its fields; no network.
 * With `--to-deploy` also whether what has no sensible default was said, and whether a deployment would leave a trigger
 * on another bucket. Exit code 1 with one line a problem.
 */
const file = resolve(import.meta.dirname, '../s.yaml');

/** Names of buckets and log projects are one for all accounts, so none of the defaults can be anybody's. */
const OWN = [
  'DARKROOM_ACCOUNT_ID',
  'DARKROOM_ORIGINALS_BUCKET',
  'DARKROOM_DERIVATIVES_BUCKET',
  'DARKROOM_CONFIG_BUCKET',
  'DARKROOM_LOG_PROJECT',
  'DARKROOM_MISS_SECRET',
];

function environment(): Record<string, string> {
  const entries = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return Object.fromEntries(entries);
}

export async function checkDeployment(toDeploy: boolean): Promise<string> {
  const env = environment();
  const missing = toDeploy ? OWN.filter(name => !env[name]) : [];
  if (missing.length > 0) {
    const lines = missing.map(name => `${name}: expected a value of your own, received nothing`);
    throw new Error([...lines, 'What each is: docs/deploy.md.'].join('\n'));
  }
  const service = await readServiceDefinition(file, env);
  const { region, accountId, functions } = service;
  for (const { environment: told } of toDeploy ? functions : []) {
    if (told.DARKROOM_MISS_SECRET !== undefined) missSecretOf(readSettings(told));
  }
  await verifyTemplate(file, env);
  const compared = toDeploy ? `\n${await withDeployed(service)}` : '';
  const triggers = functions.flatMap(one => one.triggers).length;
  return `s.yaml: ${functions.length} functions with ${triggers} triggers in ${region}, account ${accountId}: nothing wrong with it.${compared}`;
}

const KEY = 'ALIBABA_CLOUD_ACCESS_KEY_ID';

async function withDeployed(service: ServiceDefinition): Promise<string> {
  if (!process.env[KEY]) {
    return `Not compared with what is deployed: expected ${KEY} in the environment, received nothing. darkroom doctor compares, too.`;
  }
  const { cloud } = await connect({});
  return await compareDeployed(service, cloud.functions());
}

if (process.argv[1] === import.meta.filename) {
  try {
    console.log(await checkDeployment(process.argv.includes('--to-deploy')));
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : thrown);
    process.exitCode = 1;
  }
}
