import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { policiesCommand } from '../../../cli/deployment/policies.ts';
import { policyNames } from '../../../local/roles.ts';
import { newFolder } from '../../support/folders.ts';
import { key, ramApi } from '../../support/ram-api.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

const NAMED = {
  DARKROOM_REGION: 'cn-hangzhou',
  DARKROOM_ACCOUNT_ID: '1234567890123456',
  DARKROOM_ORIGINALS_BUCKET: 'photos',
  DARKROOM_DERIVATIVES_BUCKET: 'photos-made',
  DARKROOM_CONFIG_BUCKET: 'photos-config',
  DARKROOM_LOG_PROJECT: 'photos-logs',
  ALIBABA_CLOUD_ACCESS_KEY_ID: key.accessKeyId,
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: key.accessKeySecret,
};

/** What the command prints. */
async function policies(...args: string[]): Promise<string> {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation(line => void lines.push(String(line)));
  await policiesCommand().parseAsync(args, { from: 'user' });
  return lines.join('\n');
}

function inEnvironment(values: Record<string, string>): void {
  for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value);
}

it('policies for an account that nobody named are refused, and nothing is written', async () => {
  vi.stubEnv('DARKROOM_ORIGINALS_BUCKET', 'photos');
  for (const name of ['ACCOUNT_ID', 'DERIVATIVES_BUCKET', 'CONFIG_BUCKET', 'LOG_PROJECT']) {
    vi.stubEnv(`DARKROOM_${name}`, undefined);
  }
  const out = newFolder();
  await expect(policies('--out', out)).rejects.toThrow(
    [
      'DARKROOM_ACCOUNT_ID: expected a value of your own, received nothing',
      'DARKROOM_DERIVATIVES_BUCKET: expected a value of your own, received nothing',
      'DARKROOM_CONFIG_BUCKET: expected a value of your own, received nothing',
      'DARKROOM_LOG_PROJECT: expected a value of your own, received nothing',
      'What each is: docs/deploy.md.',
    ].join('\n'),
  );
  expect(readdirSync(out)).toEqual([]);
});

describe('the policies of a deployment', () => {
  it('are written with its names, and the commands that make its roles are printed', async () => {
    inEnvironment(NAMED);
    const out = newFolder();
    const printed = (await policies('--out', out)).split('\n');
    const names = await policyNames();
    expect(printed).toHaveLength(3 * names.length);
    expect(readdirSync(out).sort()).toEqual(
      [...names, 'trust-fc', 'trust-oss'].map(name => `${name}.json`).sort(),
    );
    expect(readFileSync(join(out, 'sweep.json'), 'utf8')).toContain('acs:oss:*:*:photos-made/*');
  });

  it('are shown, made with --apply, and then there is nothing to do', async () => {
    const ram = await ramApi();
    inEnvironment({ ...NAMED, DARKROOM_RAM_ENDPOINT: ram.endpoint });
    const names = await policyNames();
    expect(await policies()).toContain(
      `Nothing was changed: npx darkroom policies --apply does ${3 * names.length} things`,
    );
    expect(ram.changes).toEqual([]);
    await policies('--apply');
    const made = names.map(name => `darkroom-${name}`);
    expect([...ram.roles.keys()]).toEqual(made);
    expect([...ram.policies.keys()]).toEqual(made);
    expect(ram.roles.get('darkroom-sweep')?.trust).toContain('"fc.aliyuncs.com"');
    expect(ram.roles.get('darkroom-trigger-presets-edited')?.trust).toContain('"oss.aliyuncs.com"');
    expect(await policies('--apply')).toContain('Nothing to do.');
    expect(ram.changes).toHaveLength(3 * names.length);
  });

  it('are not done because RAM says so: what is not seen after is named, and ends with 1', async () => {
    const ram = await ramApi();
    inEnvironment({ ...NAMED, DARKROOM_RAM_ENDPOINT: ram.endpoint });
    ram.tells = (action, answer) => {
      const role = ram.roles.get('darkroom-sweep');
      if (action === 'AttachPolicyToRole' && role) role.policies = [];
      return answer;
    };
    const printed = await policies('--apply');
    expect(printed).toContain('not seen: policies of darkroom-sweep');
    expect(process.exitCode).toBe(1);
  });

  it('end with 1 where somebody else may take a role', async () => {
    const ram = await ramApi();
    inEnvironment({ ...NAMED, DARKROOM_RAM_ENDPOINT: ram.endpoint });
    ram.roles.set('darkroom-sweep', { trust: '{"Statement":[]}', policies: [] });
    expect(await policies('--apply')).toContain('1 marked ✗ need a decision of yours.');
    expect(process.exitCode).toBe(1);
    expect(ram.policies.has('darkroom-sweep')).toBe(false);
  });

  it('of an account whose keys are wrong are refused in one sentence', async () => {
    const ram = await ramApi();
    const environment = { ...NAMED, DARKROOM_RAM_ENDPOINT: ram.endpoint };
    inEnvironment({ ...environment, ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'guessed' });
    await expect(policies()).rejects.toThrow(
      'the role darkroom-backfill: RAM refused (SignatureDoesNotMatch, status 403): the signature is not right',
    );
  });

  it('cannot be written and made by one command', async () => {
    await expect(policies('--out', newFolder(), '--apply')).rejects.toThrow(
      'expected --out alone, since it asks no account, received more',
    );
  });
});
