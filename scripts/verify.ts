import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';

/** The scripts of package.json that a change has to pass. Those of one row write to dist/, so one waits for the other. */
const ROWS = [
  ['unit'],
  ['process'],
  ['format:check'],
  ['lint'],
  ['types'],
  ['layers'],
  ['dead'],
  ['licences'],
  ['deploy:check'],
  ['build', 'package', 'e2e', 'long'],
];

const failed: string[] = [];

async function inTurn(scripts: string[]): Promise<void> {
  for (const [index, script] of scripts.entries()) {
    if (await passes(script)) continue;
    const waiting = scripts.slice(index + 1);
    failed.push(script, ...waiting.map(name => `${name} (not run)`));
    return;
  }
}

/** What it said is printed in one piece, once it is over. */
async function passes(script: string): Promise<boolean> {
  const started = Date.now();
  const { code, output } = await run(script);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const outcome = code === 0 ? 'passed' : `FAILED with ${code}`;
  process.stdout.write(`\n== ${script}: ${outcome}, ${seconds} s\n${output}`);
  return code === 0;
}

function run(script: string): Promise<{ code: number | string | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', ['run', '--silent', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    }
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({ code: code ?? signal, output: Buffer.concat(chunks).toString('utf8') }),
    );
  });
}

const atOnce = pLimit(availableParallelism());
await Promise.all(ROWS.map(scripts => atOnce(() => inTurn(scripts))));
if (failed.length > 0) {
  console.error(`\nFailed: ${failed.join(', ')}`);
  process.exitCode = 1;
} else {
  console.log('\nAll passed.');
}
