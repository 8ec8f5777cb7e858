import { describe, expect, it } from 'vitest';
import { isAlive, said, stage, until } from './bundles.ts';

const handler = (body: string) => `export async function handler(event, context) { ${body} }`;
const well = handler('return "well";');
const none = Buffer.from('');

describe('a function that fails', () => {
  it('by throwing answers a handled error with type, message and stack, and keeps its instance', async () => {
    const source = `let n = 0; ${handler('n++; if (n === 1) throw new RangeError("too far"); return n;')}`;
    const host = await (await stage({ bad: source })).start();
    const result = await host.invoke('bad', none);
    expect(result).toMatchObject({ statusCode: 200, functionError: 'HandledInvocationError' });
    expect(said(result)).toMatchObject({ errorType: 'RangeError', errorMessage: 'too far' });
    expect(said(result).stackTrace[0]).toBe('RangeError: too far');
    expect(said(await host.invoke('bad', none))).toBe(2);
  });

  it.each([
    ['process.exit', 'process.exit(0);', /^Process exited unexpectedly before completing request/],
    [
      'a fatal signal',
      'process.kill(process.pid, "SIGSEGV"); await new Promise(() => {});',
      /^Process exited/,
    ],
    [
      'an unhandled rejection',
      'Promise.reject(new Error("lost")); await new Promise(() => {});',
      /^lost$/,
    ],
    [
      'an exception outside',
      'setTimeout(() => { throw new Error("late"); }); await new Promise(() => {});',
      /^late$/,
    ],
  ])('by %s takes nobody with it', async (_, body, message) => {
    const host = await (await stage({ bad: handler(body), well })).start();
    const [bad, good] = await Promise.all([host.invoke('bad', none), host.invoke('well', none)]);
    expect(bad.functionError).toBe('UnhandledInvocationError');
    expect(said(bad).errorMessage).toMatch(message);
    expect(said(good)).toBe('well');
    expect((await host.invoke('bad', none)).functionError).toBe('UnhandledInvocationError');
  });

  it('by looping for ever is killed at its time limit, while another function goes on', async () => {
    const set = await stage({ bad: { source: handler('for (;;);'), timeoutSeconds: 1 }, well });
    const host = await set.start({ maxInstances: 2 });
    let over = false;
    const bad = host.invoke('bad', none).finally(() => {
      over = true;
    });
    for (let count = 0; count < 3; count++)
      expect(said(await host.invoke('well', none))).toBe('well');
    expect(over).toBe(false);
    const result = await bad;
    expect(result.functionError).toBe('UnhandledInvocationError');
    expect(said(result).errorMessage).toMatch(/^Function timed out after 1 seconds/);
  });

  it('by taking more memory than it has is killed at its limit', async () => {
    const hog = handler(
      'const held = []; for (;;) { held.push(Buffer.alloc(8e6, 1)); await new Promise(r => setTimeout(r, 10)); }',
    );
    const host = await (await stage({ bad: { source: hog, memoryMB: 128 }, well })).start();
    const result = await host.invoke('bad', none);
    expect(result.functionError).toBe('UnhandledInvocationError');
    expect(said(result).errorMessage).toMatch(/out of memory, its limit is 128 MB/);
    expect(result.peakMemoryMB).toBeGreaterThan(128);
    expect(said(await host.invoke('well', none))).toBe('well');
  });

  it.each([
    ['a bundle that is not built', { code: '/nowhere' }, /Expected \/nowhere\/index\.mjs/],
    ['a handler that is not exported', { handler: 'index.other' }, /exports no function/],
  ])('by %s says so', async (_, more, message) => {
    const host = await (await stage({ bad: { source: well, ...more } })).start();
    const result = await host.invoke('bad', none);
    expect(result.functionError).toBe('UnhandledInvocationError');
    expect(said(result).errorMessage).toMatch(message);
  });

  it('by returning what is no JSON answers a handled error', async () => {
    const host = await (await stage({ bad: handler('return 1n;') })).start();
    expect((await host.invoke('bad', none)).functionError).toBe('HandledInvocationError');
  });

  it('after its answer only loses its instance', async () => {
    const source = handler('setTimeout(() => process.exit(3), 20); return process.pid;');
    const host = await (await stage({ bad: source })).start();
    const pid = said(await host.invoke('bad', none));
    await until(() => !isAlive(pid));
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(said(await host.invoke('bad', none))).not.toBe(pid);
  });
});
