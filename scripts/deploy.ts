import { spawn } from 'node:child_process';
import { checkDeployment } from './check-deployment.ts';

/** `deploy:check --to-deploy`, then `s deploy` with the arguments given. Where either fails, the exit code says so. */

const YES = ['-y', '--assume-yes'];

/** Component fc3 asks before it changes what is there; without an answer it changes nothing and exits with 0. */
export function unanswerable(args: string[], isTerminal: boolean): string | undefined {
  if (isTerminal || args.some(arg => YES.includes(arg))) return undefined;
  return 'expected a terminal to answer in, received none: s deploy would deploy nothing and exit with 0. Type npm run deploy -- -y';
}

async function deploy(args: string[]): Promise<number> {
  const problem = unanswerable(args, process.stdin.isTTY === true);
  if (problem !== undefined) throw new Error(problem);
  console.log(await checkDeployment(true));
  const windows = process.platform === 'win32';
  const child = spawn('s', ['deploy', ...args], { stdio: 'inherit', shell: windows });
  return await new Promise((settle, fail) => {
    child.once('error', fail);
    child.once('exit', code => settle(code ?? 1));
  });
}

if (process.argv[1] === import.meta.filename) {
  try {
    process.exitCode = await deploy(process.argv.slice(2));
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : thrown);
    process.exitCode = 1;
  }
}
