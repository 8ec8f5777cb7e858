import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import type { Entry } from './built/entries.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** What node is to run for it: the bundle of this run. The platform that all share runs from the sources. */
export function programOf(entry: Entry): string[] {
  return [join(inject('built'), `${entry}.js`)];
}

/** Runs `darkroom …` as a person would. */
export function darkroom(...words: string[]): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...programOf('command'), ...words], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', data => {
      stdout += data;
    });
    child.stderr.on('data', data => {
      stderr += data;
    });
    child.once('error', reject);
    child.once('close', code => resolve({ code, stdout, stderr }));
  });
}

export interface Terminal {
  columns?: number;
  /** Typed once something is asked. */
  answer?: string;
}

/** Runs `darkroom …` on a terminal of its own, by util-linux' `script`: its exit code, and all that was shown. */
export function onTerminal(
  { columns = 80, answer = '' }: Terminal,
  ...words: string[]
): Promise<{ code: number | null; shown: string }> {
  const program = [process.execPath, ...programOf('command'), ...words].map(quoted).join(' ');
  return new Promise((resolve, reject) => {
    const line = `stty cols ${columns}; exec ${program}`;
    const child = spawn('script', ['-qec', line, '/dev/null'], { cwd: root });
    let shown = '';
    let isAnswered = answer === '';
    child.stdout.on('data', data => {
      shown += data;
      if (isAnswered || !shown.includes('[y/N]')) return;
      isAnswered = true;
      child.stdin.write(answer);
    });
    child.once('error', reject);
    child.once('close', code => resolve({ code, shown: shown.replaceAll('\r\n', '\n') }));
  });
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
