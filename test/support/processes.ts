import { execFile, spawn } from 'node:child_process';
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

/** Runs node with a terminal of its own, by util-linux' `script`, and answers all that was shown. */
export function onTerminal(...words: string[]): Promise<string> {
  const quoted = [process.execPath, ...words].map(word => `'${word.replaceAll("'", "'\\''")}'`);
  return new Promise((resolve, reject) => {
    execFile('script', ['-qec', quoted.join(' '), '/dev/null'], { cwd: root }, (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout);
    });
  });
}
