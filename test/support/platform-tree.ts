import { readdirSync, readFileSync } from 'node:fs';

/** The processes of functions that a platform started. */
export function instancesOf(platformPid: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(pid => pid > 0 && parentOf(pid) === platformPid && isInstance(pid));
}

/** Nothing of one that is gone by now. */
function parentOf(pid: number): number | undefined {
  return Number(read(pid, 'stat').split(') ').at(-1)?.split(' ')[1]);
}

function isInstance(pid: number): boolean {
  return read(pid, 'cmdline').includes('function-host/runtime.mjs');
}

function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

export function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
