import { resolve } from 'node:path';
import { verifyTemplate } from '../local/service/preview.ts';
import { readServiceDefinition } from '../local/service-definition.ts';
import { missSecretOf, readSettings } from '../shared/fc/settings.ts';

/**
 * s.yaml, resolved with this environment, against our schema and what holds between its fields; no network.
 * With `--to-deploy` also whether what has no sensible default was said. Exit code 1 with one line a problem.
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

async function check(toDeploy: boolean): Promise<string> {
  const env = environment();
  const missing = toDeploy ? OWN.filter(name => !env[name]) : [];
  if (missing.length > 0) {
    const lines = missing.map(name => `${name}: expected a value of your own, received nothing`);
    throw new Error([...lines, 'What each is: docs/deploy.md.'].join('\n'));
  }
  const { region, accountId, functions } = await readServiceDefinition(file, env);
  for (const { environment: told } of toDeploy ? functions : []) {
    if (told.DARKROOM_MISS_SECRET !== undefined) missSecretOf(readSettings(told));
  }
  await verifyTemplate(file, env);
  const triggers = functions.flatMap(one => one.triggers).length;
  return `s.yaml: ${functions.length} functions with ${triggers} triggers in ${region}, account ${accountId}: nothing wrong with it.`;
}

try {
  console.log(await check(process.argv.includes('--to-deploy')));
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
}
