import { resolve } from 'node:path';
import { unsaid } from '../local/service/own-settings.ts';
import { verifyTemplate } from '../local/service/preview.ts';
import { readServiceDefinition } from '../local/service-definition.ts';
import { missSecretOf, readSettings } from '../shared/fc/settings.ts';

/**
 * s.yaml, resolved with this environment, against our schema and what holds between its fields; no network.
 * With `--to-deploy` also whether what has no sensible default was said. Exit code 1 with one line a problem.
 */
const file = resolve(import.meta.dirname, '../s.yaml');

function environment(): Record<string, string> {
  const entries = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return Object.fromEntries(entries);
}

async function check(toDeploy: boolean): Promise<string> {
  const env = environment();
  const missing = toDeploy ? unsaid(env, ['DARKROOM_MISS_SECRET']) : [];
  if (missing.length > 0) throw new Error(missing.join('\n'));
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
