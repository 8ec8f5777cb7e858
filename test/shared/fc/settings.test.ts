import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../shared/fc/settings.ts';

const environment = {
  DARKROOM_REGION: 'cn-hangzhou',
  DARKROOM_ORIGINALS_BUCKET: 'my-originals',
  DARKROOM_DERIVATIVES_BUCKET: 'my-derivatives',
  DARKROOM_CONFIG_BUCKET: 'my-config',
};

describe('settings', () => {
  it('come from the environment', () => {
    expect(readSettings(environment)).toMatchObject({
      ossRegion: 'oss-cn-hangzhou',
      originals: 'my-originals',
      presetsKey: 'presets.yaml',
      endpoint: undefined,
      pathStyle: false,
    });
  });

  it('that would have derivatives wake the function again are refused', () => {
    const loop = { ...environment, DARKROOM_DERIVATIVES_BUCKET: 'my-originals' };
    expect(() => readSettings(loop)).toThrow(
      'DARKROOM_DERIVATIVES_BUCKET: expected another bucket than DARKROOM_ORIGINALS_BUCKET: each derivative would fire the trigger again, received "my-originals"',
    );
  });

  it('that are wrong are all named at once', () => {
    expect(() =>
      readSettings({ DARKROOM_REGION: 'cn-hangzhou', DARKROOM_ORIGINALS_BUCKET: 'A_b' }),
    ).toThrow(
      /ORIGINALS_BUCKET: expected the name of a bucket, received "A_b"\nDARKROOM_DERIVATIVES_BUCKET: .*received nothing\nDARKROOM_CONFIG_BUCKET/,
    );
  });
});
