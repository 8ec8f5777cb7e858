// `npm start` and `npm test` work in a fresh clone: install exactly the lockfile when node_modules
// is not what it asks for. Plain JavaScript, since nothing is installed yet when it runs.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

const marker = 'node_modules/.package-lock.json';
const isCurrent =
  existsSync(marker) && statSync(marker).mtimeMs >= statSync('package-lock.json').mtimeMs;

if (!isCurrent) {
  process.stderr.write('Installing what is missing (npm ci) …\n');
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (error) process.stderr.write(`npm ci could not be started: ${error.message}\n`);
  process.exit(status ?? 1);
}
