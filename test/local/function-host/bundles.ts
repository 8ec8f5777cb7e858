import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  type FunctionHost,
  type FunctionHostOptions,
  startFunctionHost,
} from '../../../local/function-host/host.ts';
import type { Happening } from '../../../local/function-host/invocation.ts';
import type { FunctionDefinition } from '../../../local/service-definition.ts';
import { newFolder } from '../../support/folders.ts';

export interface Stage {
  dataDir: string;
  options: FunctionHostOptions;
  happenings: Happening[];
  start(more?: Partial<FunctionHostOptions>): Promise<FunctionHost>;
}

export type Bundles = Record<string, string | (Partial<FunctionDefinition> & { source: string })>;

/** A folder with a bundle for each function, and hosts that end with the test. */
export async function stage(bundles: Bundles): Promise<Stage> {
  const dataDir = newFolder();
  const functions: FunctionDefinition[] = [];
  for (const [name, bundle] of Object.entries(bundles)) {
    functions.push(await build(join(dataDir, 'dist', name), name, bundle));
  }
  const happenings: Happening[] = [];
  const options: FunctionHostOptions = {
    service: { region: 'cn-hangzhou', accountId: '1234567890123456', vars: {}, functions },
    dataDir,
    credentials: () => ({ accessKeyId: 'id', accessKeySecret: 'secret', securityToken: 'token' }),
    maxInstances: 2,
    retryBaseMs: 10,
    onHappening: happening => void happenings.push(happening),
  };
  const start = async (more = {}) => {
    const host = await startFunctionHost({ ...options, ...more });
    onTestFinished(() => host.close());
    return host;
  };
  return { dataDir, options, happenings, start };
}

async function build(code: string, name: string, bundle: Bundles[string]) {
  const { source, ...more } = typeof bundle === 'string' ? { source: bundle } : bundle;
  await mkdir(code, { recursive: true });
  await writeFile(join(code, 'index.mjs'), source);
  return {
    resource: name,
    name: `test-${name}`,
    handler: 'index.handler',
    code,
    vCpus: 2,
    memoryMB: 512,
    timeoutSeconds: 20,
    environment: {},
    maxAsyncRetryAttempts: 3,
    maxAsyncEventAgeSeconds: 3600,
    asyncTask: false,
    hasAsyncInvokeConfig: false,
    provisionConfig: undefined,
    reservedConcurrency: undefined,
    logs: { project: 'p', store: 's' },
    destinations: {},
    triggers: [],
    ...more,
  };
}

export function said(result: { payload: Buffer }) {
  return JSON.parse(result.payload.toString('utf8'));
}

/** The messages of a destination, in no order. */
export async function kept(dataDir: string, name: string, kind: 'failure' | 'success') {
  const folder = join(dataDir, 'destinations', name, kind);
  const files = await readdir(folder).catch(() => []);
  return Promise.all(
    files.map(async file => JSON.parse(await readFile(join(folder, file), 'utf8'))),
  );
}

export async function queuedFiles(dataDir: string): Promise<string[]> {
  return (await readdir(join(dataDir, 'queue'))).filter(name => name.endsWith('.json'));
}

/** The lines that handlers added to a file, e.g. to tell which events they saw. */
export async function linesOf(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean);
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise(resolve => setTimeout(resolve, 20));
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
