import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAlive, kept, linesOf, queuedFiles, stage, until } from './bundles.ts';
import { accepted, hostProcess } from './killed-host.ts';

const handler = (body: string) =>
  `import { appendFileSync } from 'node:fs';
   export async function handler(event, context) { ${body} }`;

/** Tells in a file which events it saw. */
const noting = (file: string, then: string) =>
  handler(`appendFileSync(${JSON.stringify(file)}, event + '\\n'); ${then}`);

describe('an event in the queue', () => {
  it('is tried again with its retry count, then kept in the failure destination', async () => {
    const source = handler('throw new Error("attempt " + context.retryCount);');
    const set = await stage({ bad: { source, maxAsyncRetryAttempts: 2 } });
    const host = await set.start();
    const { requestId } = await host.invokeAsync('bad', Buffer.from('{"key":"a.jpg"}'));
    expect(host.pending()).toBe(1);
    await host.idle();
    const [message] = await kept(set.dataDir, 'test-bad', 'failure');
    expect(message).toMatchObject({
      timestamp: expect.any(Number),
      requestContext: {
        requestId,
        functionArn: 'acs:fc:cn-hangzhou:1234567890123456:functions/test-bad',
        condition: 'HandledInvocationError',
        approximateInvokeCount: 3,
      },
      requestPayload: '{"key":"a.jpg"}',
      responseContext: { statusCode: 200, functionError: 'HandledInvocationError' },
    });
    expect(JSON.parse(message.responsePayload).errorMessage).toBe('attempt 2');
    expect(await queuedFiles(set.dataDir)).toEqual([]);
    expect(set.happenings.map(({ kind, attempt }) => `${kind} ${attempt}`)).toEqual([
      'queued 0',
      ...['started 0', 'failed 0', 'retrying 0'],
      ...['started 1', 'failed 1', 'retrying 1'],
      ...['started 2', 'failed 2', 'given-up 2'],
    ]);
    const waits = set.happenings.filter(one => one.kind === 'retrying');
    expect(waits.map(one => one.inMilliseconds)).toEqual([10, 20]);
  });

  it('leaves nothing behind when it succeeds, unless s.yaml names a success destination', async () => {
    const set = await stage({
      quiet: handler('return 1;'),
      telling: {
        source: handler('return { done: true };'),
        destinations: { onSuccess: 'acs:mns' },
      },
    });
    const host = await set.start();
    await host.invokeAsync('quiet', Buffer.from('1'));
    await host.invokeAsync('telling', Buffer.from('2'));
    await host.idle();
    expect(host.pending()).toBe(0);
    expect(await queuedFiles(set.dataDir)).toEqual([]);
    expect(await kept(set.dataDir, 'test-quiet', 'success')).toEqual([]);
    const [message] = await kept(set.dataDir, 'test-telling', 'success');
    expect(message).toMatchObject({
      requestContext: { condition: '', approximateInvokeCount: 1 },
      requestPayload: '2',
      responseContext: { statusCode: 200, functionError: '' },
      responsePayload: '{"done":true}',
    });
  });

  it('is given up when its next attempt would come after its age limit', async () => {
    const source = handler('throw new Error("no");');
    const set = await stage({ bad: { source, maxAsyncEventAgeSeconds: 1 } });
    const host = await set.start({ retryBaseMs: 60_000 });
    await host.invokeAsync('bad', Buffer.from('x'));
    await host.idle();
    const [message] = await kept(set.dataDir, 'test-bad', 'failure');
    expect(message.requestContext).toMatchObject({
      condition: 'EventAgeExceeded',
      approximateInvokeCount: 1,
    });
  });

  it('is refused over 128 KB and taken at 128 KB', async () => {
    const set = await stage({ size: handler('return event.length;') });
    const host = await set.start();
    await expect(host.invokeAsync('size', Buffer.alloc(131_073))).rejects.toThrow(
      'expected a payload of at most 131072 bytes, received 131073',
    );
    expect(await queuedFiles(set.dataDir)).toEqual([]);
    await host.invokeAsync('size', Buffer.alloc(131_072));
    await host.idle();
    expect(set.happenings.at(-1)).toMatchObject({ kind: 'succeeded', result: 131_072 });
  });

  it('is on disk when invokeAsync answers, before anything ran', async () => {
    const set = await stage({ slow: handler('await new Promise(() => {});') });
    const host = await set.start();
    await host.invokeAsync('slow', Buffer.from('x'));
    expect(await queuedFiles(set.dataDir)).toHaveLength(1);
  });
});

describe('many events', () => {
  it('all end: 500 of two functions', async () => {
    const set = await stage({ a: handler('return event.toString();'), b: handler('return 1;') });
    const host = await set.start();
    const numbers = Array.from({ length: 500 }, (_, index) => index);
    await Promise.all(
      numbers.map(n => host.invokeAsync(n % 5 ? 'a' : 'b', Buffer.from(String(n)))),
    );
    await host.idle();
    expect(set.happenings.filter(one => one.kind === 'succeeded')).toHaveLength(500);
    expect(await queuedFiles(set.dataDir)).toEqual([]);
  });

  it('of one function start in the order in which they came', async () => {
    const set = await stage({ a: handler('return event.toString();') });
    const host = await set.start({ maxInstances: 1 });
    const numbers = Array.from({ length: 40 }, (_, index) => String(index));
    await Promise.all(numbers.map(n => host.invokeAsync('a', Buffer.from(n))));
    await host.idle();
    const results = set.happenings.filter(one => one.kind === 'succeeded').map(one => one.result);
    expect(results).toEqual(numbers);
  });

  it('of one function do not keep another function waiting, nor a caller who waits for an answer', async () => {
    const wait = handler('await new Promise(r => setTimeout(r, 30)); return 1;');
    const set = await stage({ busy: wait, rare: wait });
    const host = await set.start({ maxInstances: 1 });
    for (let n = 0; n < 20; n++) await host.invokeAsync('busy', Buffer.from('x'));
    await host.invokeAsync('rare', Buffer.from('x'));
    await host.invoke('busy', Buffer.from('x'));
    await until(() =>
      set.happenings.some(one => one.kind === 'succeeded' && one.function === 'test-rare'),
    );
    expect(host.pending()).toBeGreaterThan(10);
  });
});

describe('a host that starts again', () => {
  it('carries on with what a closed one left, with the retry count', async () => {
    const source = handler(
      'if (context.retryCount === 0) throw new Error("not yet"); return context.retryCount;',
    );
    const set = await stage({ later: source, slow: handler('await new Promise(() => {});') });
    const first = await set.start({ retryBaseMs: 300 });
    await first.invokeAsync('slow', Buffer.from('x'));
    await first.invokeAsync('later', Buffer.from('x'));
    await until(() => set.happenings.some(one => one.kind === 'retrying'));
    await until(async () => {
      const files = await queuedFiles(set.dataDir);
      const texts = await Promise.all(files.map(one => readFile(join(set.dataDir, 'queue', one))));
      return texts.some(text => JSON.parse(text.toString()).attempt === 1);
    });
    await first.close();
    expect(await queuedFiles(set.dataDir)).toHaveLength(2);
    const second = await set.start();
    expect(second.pending()).toBe(2);
    await until(() => set.happenings.some(one => one.kind === 'succeeded'));
    expect(set.happenings.find(one => one.kind === 'succeeded')).toMatchObject({ result: 1 });
  });

  it('leaves on disk what fits no function, and files that are no events, and says so', async () => {
    const set = await stage({ gone: handler('await new Promise(() => {});') });
    const first = await set.start();
    await first.invokeAsync('gone', Buffer.from('x'));
    await first.close();
    await writeFile(join(set.dataDir, 'queue', 'note.json'), 'not JSON');
    const service = { ...set.options.service, functions: [] };
    const second = await set.start({ service });
    await second.idle();
    expect(await queuedFiles(set.dataDir)).toHaveLength(2);
    const lines = set.happenings.filter(one => one.kind === 'log').map(one => one.line);
    expect(lines).toEqual([
      expect.stringMatching(/not an event: .*note\.json/),
      expect.stringMatching(/stays queued.*expected a function test-gone/),
    ]);
  });

  it('does at least once every event that a host killed by kill -9 had accepted', async () => {
    const set = await stage({});
    const seenFile = join(set.dataDir, 'seen');
    const pidFile = join(set.dataDir, 'pid');
    const killed = await stage({
      note: noting(seenFile, 'await new Promise(r => setTimeout(r, 15)); return 1;'),
      loop: handler(`appendFileSync(${JSON.stringify(pidFile)}, String(process.pid)); for (;;);`),
    });
    const first = await hostProcess(killed.options, [
      ['loop', 'x'],
      ...Array.from({ length: 60 }, (_, n): [string, string] => ['note', `event ${n}`]),
    ]);
    await until(async () => (await linesOf(seenFile)).length >= 10);
    await until(async () => (await linesOf(pidFile)).length > 0);
    first.kill('SIGKILL');
    const events = await accepted(first);
    expect(events).toHaveLength(60);
    const [pid] = await linesOf(pidFile);
    await until(() => !isAlive(Number(pid)));
    const service = killed.options.service;
    const functions = service.functions.filter(one => one.resource === 'note');
    const second = await killed.start({ service: { ...service, functions } });
    await second.idle();
    const seen = await linesOf(seenFile);
    expect(events.filter(one => !seen.includes(one))).toEqual([]);
    expect(seen.length).toBeLessThanOrEqual(60 + 2);
  });
});
