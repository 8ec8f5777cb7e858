import { spawnSync } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unanswerable } from '../../scripts/deploy.ts';

const script = resolve(import.meta.dirname, '../../scripts/deploy.ts');

/** Without a terminal, and with an environment that names no deployment. */
function deployed(...args: string[]) {
  const { HOME = '' } = process.env;
  const PATH = [dirname(process.execPath), process.env.PATH].join(':');
  return spawnSync(process.execPath, ['--import', 'tsx', script, ...args], {
    env: { PATH, HOME },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

describe('npm run deploy without a terminal', () => {
  it('refuses in one sentence that says what to type', () => {
    const { status, stderr } = deployed();
    expect(status).toBe(1);
    expect(stderr).toBe(
      'expected a terminal to answer in, received none: s deploy would deploy nothing and exit with 0. Type npm run deploy -- -y\n',
    );
  });

  it('goes on to the checks with -y, which stop it where settings are missing', () => {
    const { status, stderr } = deployed('-y');
    expect(status).toBe(1);
    expect(stderr).toContain('DARKROOM_ACCOUNT_ID: expected a value of your own, received nothing');
  });
});

describe('a deployment that can be answered', () => {
  it.each<[string[], boolean]>([
    [[], true],
    [['-a', 'name'], true],
    [['-y'], false],
    [['-a', 'name', '--assume-yes'], false],
  ])('%j with a terminal: %s', (args, isTerminal) => {
    expect(unanswerable(args, isTerminal)).toBeUndefined();
  });
});
