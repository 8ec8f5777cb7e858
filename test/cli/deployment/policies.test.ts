import { readdirSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import { policiesCommand } from '../../../cli/deployment/policies.ts';
import { newFolder } from '../../support/folders.ts';

afterEach(() => vi.unstubAllEnvs());

it('policies for an account that nobody named are refused, and nothing is written', async () => {
  vi.stubEnv('DARKROOM_ORIGINALS_BUCKET', 'photos');
  for (const name of ['ACCOUNT_ID', 'DERIVATIVES_BUCKET', 'CONFIG_BUCKET', 'LOG_PROJECT']) {
    vi.stubEnv(`DARKROOM_${name}`, undefined);
  }
  const out = newFolder();
  const policies = policiesCommand().parseAsync(['--out', out], { from: 'user' });
  await expect(policies).rejects.toThrow(
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
