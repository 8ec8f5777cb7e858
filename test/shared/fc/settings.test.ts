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

  it('want traces where an endpoint is named, by the name that every collector’s page uses', () => {
    const name = 'OTEL_EXPORTER_OTLP_ENDPOINT';
    const read = (value: string) => readSettings({ ...environment, [name]: value }).otlpEndpoint;
    expect(readSettings(environment).otlpEndpoint).toBeUndefined();
    expect(read('')).toBeUndefined();
    expect(read('http://127.0.0.1:4318')).toBe('http://127.0.0.1:4318');
    expect(() => read('collector')).toThrow(
      'OTEL_EXPORTER_OTLP_ENDPOINT: expected an address such as http://127.0.0.1:4318, received "collector"',
    );
  });

  it('say whose functions they are and where, if they hand work to others', () => {
    expect(readSettings(environment)).toMatchObject({
      region: 'cn-hangzhou',
      accountId: undefined,
      fcEndpoint: undefined,
    });
    const more = { DARKROOM_ACCOUNT_ID: '1234', DARKROOM_FC_ENDPOINT: 'http://127.0.0.1:7072' };
    expect(
      readSettings({ ...environment, ...more, DARKROOM_REGION: 'oss-cn-beijing' }),
    ).toMatchObject({
      region: 'cn-beijing',
      accountId: '1234',
      fcEndpoint: 'http://127.0.0.1:7072',
    });
    expect(() => readSettings({ ...environment, DARKROOM_FC_ENDPOINT: 'here' })).toThrow(
      'DARKROOM_FC_ENDPOINT: expected an address such as http://127.0.0.1:7072, received "here"',
    );
  });

  it('name a CDN by its domain, with or without https://, or none', () => {
    expect(readSettings(environment).cdnDomain).toBeUndefined();
    const named = (DARKROOM_CDN_DOMAIN: string) =>
      readSettings({ ...environment, DARKROOM_CDN_DOMAIN }).cdnDomain;
    expect(named('')).toBeUndefined();
    expect(named('img.example.com')).toBe('https://img.example.com');
    expect(named('http://localhost:7071')).toBe('http://localhost:7071');
    expect(() => named('https://img.example.com/')).toThrow(
      'DARKROOM_CDN_DOMAIN: expected a domain such as img.example.com, with or without https://, received "https://img.example.com/"',
    );
  });

  it('say which share of orphans is the sweep’s to remove', () => {
    expect(readSettings(environment).sweepMaxShare).toBe(0.05);
    const more = { ...environment, DARKROOM_SWEEP_MAX_SHARE: '0.4' };
    expect(readSettings(more).sweepMaxShare).toBe(0.4);
    expect(() => readSettings({ ...environment, DARKROOM_SWEEP_MAX_SHARE: '40' })).toThrow(
      'DARKROOM_SWEEP_MAX_SHARE: expected a share from 0 to 1, received "40"',
    );
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
