import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { ossStore } from '../shared/adapters/oss/store.ts';
import type { ObjectStore } from '../shared/ports.ts';

export const root = resolve(import.meta.dirname, '..');

/** What uploads wake. */
export const UPLOADS = 'darkroom-on-object-changed';
export const ATTRIBUTES = { contentType: 'image/jpeg', cacheControl: 'no-cache' };
/** More at a time wait for the server so long that they are tried again, which are uploads more. */
export const PUTS_SIDE_BY_SIDE = 8;

export interface LocalPlatform {
  child: ChildProcess;
  /** Of originals. */
  store: ObjectStore;
  close(): Promise<void>;
}

export function command(...words: string[]) {
  return spawn(process.execPath, ['--import', 'tsx', 'cli/index.ts', ...words], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** In a process of its own; `tell` is handed each line that it says once it is ready. */
export async function startPlatform(
  data: string,
  words: string[],
  tell: (said: unknown) => void,
): Promise<LocalPlatform> {
  const child = command('local', '--json', '--no-seed', '--port', '0', '--data', data, ...words);
  const store = await new Promise<ObjectStore>((ready, failed) => {
    child.once('exit', () => failed(new Error('expected the platform to start, it ended')));
    createInterface({ input: child.stdout }).on('line', line => {
      const said = JSON.parse(line);
      if ('oss' in said) ready(storeOf(said.oss));
      else tell(said);
    });
  });
  return {
    child,
    store,
    close: async () => {
      child.kill('SIGINT');
      await new Promise(gone => child.once('exit', gone));
    },
  };
}

function storeOf(oss: Record<'endpoint' | 'region' | 'accessKeyId' | 'accessKeySecret', string>) {
  const { endpoint, region, ...credentials } = oss;
  return ossStore('originals', { region, endpoint, pathStyle: true, credentials });
}
