// `npm start` and `npm test` work in a fresh clone: install what the lockfile says when node_modules is not
// that. Plain JavaScript, since nothing is installed yet when it runs. Not `npm ci`: it refuses a lockfile
// written where the registry lacks a tool's optional binaries for other platforms.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

const marker = 'node_modules/.package-lock.json';
const isCurrent =
  existsSync(marker) && statSync(marker).mtimeMs >= statSync('package-lock.json').mtimeMs;

if (!isCurrent) {
  process.stderr.write('Installing what is missing (npm install) …\n');
  const { status, error } = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund'], {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (error) process.stderr.write(`npm install could not be started: ${error.message}\n`);
  process.exit(status ?? 1);
}
