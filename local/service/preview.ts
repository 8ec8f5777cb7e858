import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PATIENCE_MS = 30_000;
const OFFLINE_FC3 = fileURLToPath(new URL('../../ci/fc3', import.meta.url));

/** What Serverless Devs makes of the file: variables, environment and references resolved. */
export async function previewTemplate(file: string, env: Record<string, string>): Promise<unknown> {
  if (!existsSync(file))
    throw new Error(`${file}: expected a Serverless Devs file but found none.`);
  const { failed, stdout } = await serverlessDevs(['preview', '-o', 'json'], file, env);
  if (failed) throw new Error(`${file}: ${reason(stdout)}.`);
  try {
    // Now and then it says below the JSON that it looks for an update of itself.
    return JSON.parse(stdout.slice(0, stdout.lastIndexOf('}') + 1));
  } catch (cause) {
    throw new Error(
      `${file}: Serverless Devs could not resolve it; is it empty, or does a \${vars.…} name something undefined?`,
      { cause },
    );
  }
}

/** `s verify` against our own schema, without a network; throws its answer where the file breaks it. */
export async function verifyTemplate(file: string, env: Record<string, string>): Promise<void> {
  const offline = { ...env, FC_COMPONENT: OFFLINE_FC3 };
  const { failed, stdout } = await serverlessDevs(['verify'], file, offline);
  if (failed) throw new Error(`${file}: ${reason(stdout)}.`);
}

/** With a home of its own each time, since it writes to it. */
async function serverlessDevs(
  command: string[],
  file: string,
  env: Record<string, string>,
): Promise<{ failed: boolean; stdout: string }> {
  const home = await mkdtemp(join(tmpdir(), 'darkroom-serverless-devs-'));
  try {
    await sayUpToDate(home);
    return await run([...command, '-t', file, '--silent'], surroundings(home, env));
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** It asks npm's registry for an update of itself once a day, by this file; without it each time. */
async function sayUpToDate(home: string): Promise<void> {
  const folder = join(home, '.s/config');
  await mkdir(folder, { recursive: true });
  const known = JSON.stringify({ lastUpdateCheck: Date.now() });
  await writeFile(join(folder, 'update-notifier.json'), known);
}

function run(
  words: string[],
  env: Record<string, string>,
): Promise<{ failed: boolean; stdout: string }> {
  // When it hits a broken pipe it reports its failure for ever: hence SIGKILL, and no daemon.
  const options = { env, timeout: PATIENCE_MS, killSignal: 'SIGKILL' as const };
  return new Promise(settle => {
    execFile(process.execPath, [executable(), ...words], options, (error, stdout) => {
      settle({ failed: error !== null, stdout });
    });
  });
}

function executable(): string {
  const manifest = createRequire(import.meta.url).resolve('@serverless-devs/s/package.json');
  return join(dirname(manifest), 'bin', 's');
}

function surroundings(home: string, env: Record<string, string>): Record<string, string> {
  return {
    PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    HOME: home,
    serverless_devs_config_home: home,
    serverless_devs_daemon_enable: 'false',
    ...env,
  };
}

/** Its answer to a failure is a page; the sentence is in the lines between the heading and a blank one. */
function reason(page: string): string {
  const text = page.split('Error Message:\n')[1]?.split(/\n\s*\n(?= *(?:A complete|.*Tips))/)[0];
  const lines =
    text
      ?.split('\n')
      .map(line => line.trim())
      .filter(Boolean) ?? [];
  const sentence = lines.find(line => line.startsWith('RuntimeError')) ?? lines[0];
  return sentence ?? 'Serverless Devs did not answer';
}
