import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundles, ownBundles } from '../../local/bundles.ts';
import type { FunctionDefinition } from '../../local/service-definition.ts';

const sweep: FunctionDefinition = {
  resource: 'sweep',
  name: 'darkroom-sweep',
  handler: 'index.handler',
  code: '/elsewhere',
  vCpus: 2,
  memoryMB: 512,
  timeoutSeconds: 60,
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
};

const platforms = resolve(import.meta.dirname, '../../dist/platforms');
const { pid: dead } = spawnSync(process.execPath, ['--version']);
const left = join(platforms, `${dead}-left`);
let first: Bundles;
let second: Bundles;
// All functions are built, on cores that other tests use as well.
beforeAll(async () => {
  mkdirSync(left, { recursive: true });
  first = await ownBundles();
  second = await ownBundles();
}, 240_000);
afterAll(async () => {
  await first.close();
});

describe('the bundles of a platform', () => {
  it('are its own, and stay when another of the same checkout ends', async () => {
    const { code } = first.placed(sweep);
    const other = second.placed(sweep).code;
    expect(other).not.toBe(code);
    // The second is the first one's build, kept; each may do with its own what it likes.
    expect(readdirSync(other)).toEqual(readdirSync(code));
    const index = readFileSync(join(code, 'index.mjs'));
    expect(index.equals(readFileSync(join(other, 'index.mjs')))).toBe(true);
    writeFileSync(join(other, 'index.mjs'), 'changed');
    expect(index.equals(readFileSync(join(code, 'index.mjs')))).toBe(true);
    expect(existsSync(join(other, 'index.mjs'))).toBe(true);
    await second.close();
    expect(existsSync(other)).toBe(false);
    expect(existsSync(join(code, 'index.mjs'))).toBe(true);
  });

  it('are cleared away by the next start where it was killed', () => {
    expect(existsSync(left)).toBe(false);
  });
});
