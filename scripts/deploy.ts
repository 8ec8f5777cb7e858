import { spawn } from 'node:child_process';

/** Checks, then `s deploy` with the arguments given. The first that fails ends it, and its exit code is this one's. */

const YES = ['-y', '--assume-yes'];
const KEY = 'ALIBABA_CLOUD_ACCESS_KEY_ID';

/** Component fc3 asks before it changes what is there; without an answer it changes nothing and exits with 0. */
export function unanswerable(args: string[], isTerminal: boolean): string | undefined {
  if (isTerminal || args.some(arg => YES.includes(arg))) return undefined;
  return 'expected a terminal to answer in, received none: s deploy would deploy nothing and exit with 0. Type npm run deploy -- -y';
}

/** Serverless Devs has a credential of its own; ours looks at what is deployed. */
function commands(args: string[], canLook: boolean): string[][] {
  const npm = ['npm', 'run', '--silent'];
  const looks = canLook ? [[...npm, 'darkroom', '--', 'doctor', '--before-deploy']] : [];
  return [[...npm, 'deploy:check', '--', '--to-deploy'], ...looks, ['s', 'deploy', ...args]];
}

async function deploy(args: string[]): Promise<number> {
  const canLook = Boolean(process.env[KEY]);
  for (const [name = '', ...words] of commands(args, canLook)) {
    const exitCode = await run(name, words);
    if (exitCode !== 0) return exitCode;
  }
  if (!canLook) {
    console.log(`Not compared with what was deployed before: expected ${KEY} in the environment.`);
  }
  console.log('npx darkroom doctor says what a deployment does not mend.');
  return 0;
}

function run(name: string, words: string[]): Promise<number> {
  const child = spawn(name, words, { stdio: 'inherit', shell: process.platform === 'win32' });
  return new Promise((settle, fail) => {
    child.once('error', fail);
    child.once('exit', code => settle(code ?? 1));
  });
}

if (process.argv[1] === import.meta.filename) {
  const args = process.argv.slice(2);
  const problem = unanswerable(args, process.stdin.isTTY === true);
  if (problem !== undefined) console.error(problem);
  process.exitCode = problem === undefined ? await deploy(args) : 1;
}
