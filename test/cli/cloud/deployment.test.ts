import { describe, expect, it } from 'vitest';
import { deploymentIn } from '../../../cli/cloud/deployment.ts';
import { readSettings } from '../../../shared/fc/settings.ts';

const deployed = {
  DARKROOM_REGION: 'cn-hangzhou',
  DARKROOM_ORIGINALS_BUCKET: 'my-originals',
  DARKROOM_DERIVATIVES_BUCKET: 'my-derivatives',
  DARKROOM_CONFIG_BUCKET: 'my-config',
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'id',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'a secret',
};

function sentences(
  environment: Record<string, string>,
  read: (environment: Record<string, string>) => unknown,
): string[] {
  try {
    read(environment);
  } catch (thrown) {
    return (thrown as Error).message.split('\n');
  }
  return [];
}

describe('a deployment', () => {
  it('is what the environment says, seen from outside Alibaba’s network', () => {
    expect(deploymentIn(deployed)).toMatchObject({
      where: 'my-originals in cn-hangzhou',
      presetsKey: 'presets.yaml',
      oss: { region: 'oss-cn-hangzhou', endpoint: 'https://oss-cn-hangzhou.aliyuncs.com' },
      account: { region: 'cn-hangzhou', accountId: undefined },
      cdnDomain: undefined,
    });
  });

  it('has a backfill function, by its name there', () => {
    expect(deploymentIn(deployed).backfillFunction).toBe('darkroom-backfill');
    const renamed = { ...deployed, DARKROOM_BACKFILL_FUNCTION: 'photos-backfill' };
    expect(deploymentIn(renamed).backfillFunction).toBe('photos-backfill');
  });

  it('that is not named in full is told by the names of what is missing, in one line', () => {
    const { DARKROOM_CONFIG_BUCKET: _, ALIBABA_CLOUD_ACCESS_KEY_SECRET: __, ...some } = deployed;
    expect(sentences({ ...some, DARKROOM_ACCOUNT_ID: '' }, deploymentIn)).toEqual([
      'expected the settings of a deployment in the environment, missing or wrong: DARKROOM_CONFIG_BUCKET, DARKROOM_ACCOUNT_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET',
    ]);
  });

  it.each([
    ['DARKROOM_ORIGINALS_BUCKET', 'My_Originals'],
    ['DARKROOM_DERIVATIVES_BUCKET', 'my-originals'],
    ['DARKROOM_CONFIG_BUCKET', '-'],
    ['DARKROOM_ACCOUNT_ID', 'mine'],
    ['DARKROOM_OSS_PATH_STYLE', 'yes'],
    ['DARKROOM_CDN_DOMAIN', 'img/example'],
  ])('whose %s is wrong is refused, in the words that a function has for it', (name, value) => {
    const environment = { ...deployed, [name]: value };
    const [first, ...others] = sentences(environment, deploymentIn);
    expect(first).toMatch(new RegExp(`missing or wrong: ${name}$`));
    expect(others).toEqual(sentences(environment, readSettings));
    expect(others).toEqual([
      expect.stringMatching(new RegExp(`^${name}: .+, received "${value}"$`)),
    ]);
  });
});
