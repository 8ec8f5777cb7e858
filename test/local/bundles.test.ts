import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { ownBundles } from '../../local/bundles.ts';
import type { FunctionDefinition } from '../../local/service-definition.ts';

const sweep: FunctionDefinition = {
  resource: 'sweep',
  name: 'darkroom-sweep',
  handler: 'index.handler',
  code: '/elsewhere',
  memoryMB: 512,
  timeoutSeconds: 60,
  environment: {},
  maxAsyncRetryAttempts: 3,
  maxAsyncEventAgeSeconds: 3600,
  asyncTask: false,
  reservedConcurrency: undefined,
  destinations: {},
  triggers: [],
};

it('a running platform keeps its bundles, whoever else starts and ends in the same checkout', async () => {
  const first = await ownBundles();
  const { code } = first.placed(sweep);
  const before = readFileSync(join(code, 'index.mjs'), 'utf8');
  const second = await ownBundles();
  expect(second.placed(sweep).code).not.toBe(code);
  expect(existsSync(join(second.placed(sweep).code, 'index.mjs'))).toBe(true);
  await second.close();
  expect(readFileSync(join(code, 'index.mjs'), 'utf8')).toBe(before);
  await first.close();
  expect(existsSync(dirname(code))).toBe(false);
});

it('what a killed platform left is cleared away by the next one', async () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const probe = await ownBundles();
  const left = join(dirname(dirname(probe.placed(sweep).code)), `${pid}-left`);
  mkdirSync(left);
  const next = await ownBundles();
  expect(existsSync(left)).toBe(false);
  await probe.close();
  await next.close();
});
