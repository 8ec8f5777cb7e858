import { describe, expect, it } from 'vitest';
import { isAlive, said, stage, until } from './bundles.ts';

const answering = (body: string) => `export async function handler(event, context) { ${body} }`;

describe('an invocation', () => {
  it('hands the event over as a Buffer and answers what the handler returned, as JSON', async () => {
    const source = answering('return { buffer: Buffer.isBuffer(event), text: event.toString() };');
    const host = await (await stage({ echo: source })).start();
    const result = await host.invoke('echo', Buffer.from('grüße 图'));
    expect(result).toMatchObject({ statusCode: 200 });
    expect(result.functionError).toBeUndefined();
    expect(said(result)).toEqual({ buffer: true, text: 'grüße 图' });
    expect(result.peakMemoryMB).toBeGreaterThan(10);
  });

  it('finds a function by its name or by its key in s.yaml, and names those it knows', async () => {
    const host = await (await stage({ one: answering('return 1;') })).start();
    expect(said(await host.invoke('one', Buffer.from('')))).toBe(1);
    expect(said(await host.invoke('test-one', Buffer.from('')))).toBe(1);
    await expect(host.invoke('two', Buffer.from(''))).rejects.toThrow(
      'expected one of the functions test-one, received two',
    );
  });

  it('gives the context that FC gives', async () => {
    const source = answering(
      'return { ...context, logger: Object.keys(context.logger).length > 0 && typeof context.logger.info };',
    );
    const host = await (
      await stage({ look: { source, memoryMB: 256, timeoutSeconds: 7 } })
    ).start();
    const result = await host.invoke('look', Buffer.from(''));
    expect(said(result)).toMatchObject({
      requestId: result.requestId,
      credentials: { accessKeyId: 'id', accessKeySecret: 'secret', securityToken: 'token' },
      function: { name: 'test-look', handler: 'index.handler', memory: 256, timeout: 7 },
      service: { qualifier: 'LATEST' },
      region: 'cn-hangzhou',
      accountId: '1234567890123456',
      retryCount: 0,
      logger: 'function',
    });
  });

  it('leaves out of the context which attempt it is, where it is told to', async () => {
    const source = answering('return Object.keys(context);');
    const host = await (await stage({ look: source })).start({ isRetryCountTold: false });
    const fields = said(await host.invoke('look', Buffer.from('')));
    expect(fields).toContain('requestId');
    expect(fields).not.toContain('retryCount');
  });

  it('shows an instance only the environment of s.yaml, the overrides, FC_* and a folder of its own for temporary files', async () => {
    process.env.DARKROOM_TEST_LEAK = 'leaked';
    const source = answering('return process.env;');
    const set = await stage({ env: { source, environment: { A: 'yaml', B: 'yaml' } } });
    const host = await set.start({ environment: { B: 'override' } });
    const env = said(await host.invoke('env', Buffer.from('')));
    delete process.env.DARKROOM_TEST_LEAK;
    expect(env).toMatchObject({ A: 'yaml', B: 'override', FC_FUNCTION_NAME: 'test-env' });
    expect(env.TMPDIR).toMatch(/\/temp$/);
    const known = /^(A|B|PATH|HOME|TMPDIR|TZ|FC_\w+|NODE_CHANNEL_\w+)$/;
    expect(Object.keys(env).filter(name => !known.test(name))).toEqual([]);
  });

  it('runs an exported initialize once per instance, before the first request', async () => {
    const source = `let n = 0; export const initialize = async context => { n += context.requestId ? 1 : 0; };
      export const handler = async () => n;`;
    const host = await (await stage({ init: source })).start({ maxInstances: 1 });
    expect(said(await host.invoke('init', Buffer.from('')))).toBe(1);
    expect(said(await host.invoke('init', Buffer.from('')))).toBe(1);
  });

  it('refuses a synchronous event over 32 MB', async () => {
    const host = await (await stage({ one: answering('return 1;') })).start();
    await expect(host.invoke('one', Buffer.alloc(32 * 1024 * 1024 + 1))).rejects.toThrow(
      'at most 33554432 bytes',
    );
  });
});

describe('a line that a function writes', () => {
  it('reaches the caller under its own request, in order, even without a line end', async () => {
    const source = answering(
      `context.logger.info('log ' + event); console.error('err ' + event);
       process.stdout.write('tail ' + event); return 1;`,
    );
    const set = await stage({ talk: source });
    const host = await set.start({ maxInstances: 1 });
    const results = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async text => ({
        text,
        ...(await host.invoke('talk', Buffer.from(text))),
      })),
    );
    const logs = set.happenings.filter(one => one.kind === 'log');
    for (const { text, requestId } of results) {
      const mine = logs.filter(one => one.requestId === requestId);
      expect(mine.every(one => one.function === 'test-talk')).toBe(true);
      expect(mine.filter(one => one.stream === 'stdout').map(one => one.line)).toEqual([
        `log ${text}`,
        `tail ${text}`,
      ]);
      expect(mine.filter(one => one.stream === 'stderr').map(one => one.line)).toEqual([
        `err ${text}`,
      ]);
    }
  });

  it('is cut at 32 KB, so that it cannot fill the memory of the host', async () => {
    const set = await stage({ talk: answering(`process.stdout.write('x'.repeat(100_000));`) });
    const host = await set.start();
    await host.invoke('talk', Buffer.from(''));
    const lengths = set.happenings.filter(one => one.kind === 'log').map(one => one.line.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(32 * 1024);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(100_000);
  });
});

describe('instances', () => {
  const overlap = `import { appendFileSync } from 'node:fs';
    let served = 0, busy = 0;
    export async function handler(event) {
      if (busy++ > 0) throw new Error('two at a time');
      await new Promise(resolve => setTimeout(resolve, 60));
      busy--; served++;
      return { pid: process.pid, served, from: Date.now() - 60, to: Date.now() };
    }`;

  it('serve one request at a time, never more of them than maxInstances, and are used again', async () => {
    const host = await (await stage({ a: overlap, b: overlap })).start({ maxInstances: 2 });
    const names = Array.from({ length: 12 }, (_, index) => (index % 2 ? 'a' : 'b'));
    const results = await Promise.all(names.map(name => host.invoke(name, Buffer.from(''))));
    expect(results.filter(one => one.functionError)).toEqual([]);
    const runs = results.map(said);
    expect(new Set(runs.map(one => one.pid)).size).toBeLessThan(12);
    expect(Math.max(...runs.map(one => one.served))).toBeGreaterThan(1);
    for (const { from } of runs) {
      expect(runs.filter(one => one.from < from && from < one.to).length).toBeLessThan(2);
    }
  });

  it('make room: an idle one of another function ends before a new one starts', async () => {
    const host = await (await stage({ a: overlap, b: overlap })).start({ maxInstances: 1 });
    const first = said(await host.invoke('a', Buffer.from('')));
    await host.invoke('b', Buffer.from(''));
    expect(isAlive(first.pid)).toBe(false);
  });

  it('are reaped when nobody needs them', async () => {
    const host = await (await stage({ a: overlap })).start({ idleMs: 50 });
    const { pid } = said(await host.invoke('a', Buffer.from('')));
    await until(() => !isAlive(pid));
  });

  it('that died while idle are replaced', async () => {
    const host = await (await stage({ a: overlap })).start();
    const { pid } = said(await host.invoke('a', Buffer.from('')));
    process.kill(pid, 'SIGKILL');
    await until(() => !isAlive(pid));
    await new Promise(resolve => setTimeout(resolve, 50));
    const next = await host.invoke('a', Buffer.from(''));
    expect(said(next)).toMatchObject({ served: 1 });
  });

  it('end with the host', async () => {
    const host = await (await stage({ a: overlap })).start();
    const { pid } = said(await host.invoke('a', Buffer.from('')));
    const running = host.invoke('a', Buffer.from(''));
    const refused = expect(running).rejects.toThrow('The function host is closed.');
    await host.close();
    await refused;
    expect(isAlive(pid)).toBe(false);
    await expect(host.invoke('a', Buffer.from(''))).rejects.toThrow('closed');
  });
});
