import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { linesOf, queuedFiles, type Stage, stage, until } from '../function-host/bundles.ts';
import { asTask, clientOf, handler, invoked, key, serve, taskStatus } from './api.ts';

const url = (path: string) => new URL(`../../../local/${path}`, import.meta.url).href;
const program = `
import { startFunctionHost } from '${url('function-host/host.ts')}';
import { startFcApi } from '${url('fc-api/server.ts')}';
const { options, key } = JSON.parse(process.argv[1]);
const host = await startFunctionHost({ ...options, credentials: () => key });
const api = await startFcApi({ port: 0, host: () => host, service: options.service, credentials: [key] });
process.stdout.write(api.endpoint + '\\n');
`;

/** The API and its host in a process that can be killed. */
async function apiProcess({ options: { service, dataDir, maxInstances, retryBaseMs } }: Stage) {
  const options = { service, dataDir, maxInstances, retryBaseMs };
  const flags = ['--import', 'tsx', '--input-type=module', '-e', program];
  const child = spawn(process.execPath, [...flags, JSON.stringify({ options, key })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  const kill = async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  return { client: clientOf(String(line).trim()), kill };
}

const noting = (file: string) =>
  handler(`appendFileSync(${JSON.stringify(file)}, event + '\\n');
    await new Promise(resolve => setTimeout(resolve, 15)); return 1;`);

describe('tasks of a platform that was killed by kill -9', () => {
  it('all end, none is taken twice, and one that had ended does not run again', async () => {
    const { dataDir } = await stage({});
    const seen = join(dataDir, 'seen');
    const set = await stage({ note: { source: noting(seen), asyncTask: true } });
    const first = await apiProcess(set);
    const ids = Array.from({ length: 60 }, (_, index) => `t_${index}`);
    const submit = (id: string) => invoked(first.client, 'test-note', id, asTask(id));
    const answers = Promise.all(ids.map(submit));
    await until(async () => (await linesOf(seen)).length >= 10);
    expect((await answers).map(one => one.status)).toEqual(ids.map(() => 202));
    await first.kill();
    const ended = await endedIn(set);
    const before = await linesOf(seen);
    expect(ended.length).toBeGreaterThan(5);

    const host = await set.start();
    const { client } = await serve(set, host);
    const again = await Promise.all(ids.map(id => invoked(client, 'test-note', id, asTask(id))));
    expect(again.map(one => one.status)).toEqual(ids.map(() => 409));
    await host.idle();
    const all = await linesOf(seen);
    expect(new Set(all)).toEqual(new Set(ids));
    const after = all.slice(before.length);
    expect(after.filter(id => ended.includes(id))).toEqual([]);
    expect(await taskStatus(client, 'test-note', 't_59')).toBe('Succeeded');
  });

  it('whose end was written but whose event was left do not run again', async () => {
    const { set, host } = await oneWaiting();
    await host.close();
    await writeFile(join(set.dataDir, 'queue', 'tasks.log'), 'test-note t_1 Succeeded\n');
    const second = await set.start();
    expect(second.pending()).toBe(0);
    expect(await queuedFiles(set.dataDir)).toEqual([]);
    expect(second.taskState('test-note', 't_1')).toBe('Succeeded');
  });

  it('whose end broke off in the writing run again', async () => {
    const { set, host } = await oneWaiting();
    await host.close();
    const log = join(set.dataDir, 'queue', 'tasks.log');
    await appendFile(log, 'test-note t_0 Failed\ntest-note t_1 Succ');
    const second = await set.start();
    expect(second.pending()).toBe(1);
    expect(second.taskState('test-note', 't_0')).toBe('Failed');
    expect(second.taskState('test-note', 't_1')).not.toBe('Succeeded');
    expect(await readFile(log, 'utf8')).toBe('test-note t_0 Failed\n');
  });
});

async function oneWaiting() {
  const set = await stage({
    note: { source: handler('await new Promise(() => {});'), asyncTask: true },
  });
  const host = await set.start();
  await host.submitTask('note', 't_1', Buffer.from('x'));
  return { set, host };
}

async function endedIn({ dataDir }: Stage): Promise<string[]> {
  const lines = await linesOf(join(dataDir, 'queue', 'tasks.log'));
  return lines.map(line => line.split(' ')[1] ?? '');
}
