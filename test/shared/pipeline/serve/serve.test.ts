import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { type FileRequest, type Serving, serve } from '../../../../shared/pipeline/serve/serve.ts';
import { testDarkroom } from '../../../support/darkrooms.ts';
import { SILENT_CLIENT } from '../../../support/silent-client.ts';

const LIST = `
version: 1
rules: [{ match: '**', presets: [feed, zoom] }]
presets:
  - { name: feed, widths: [480], formats: { jpeg: {} } }
  - { name: zoom, generate: on_demand, widths: [1400], formats: { jpeg: {} } }
`;

async function asked() {
  const darkroom = testDarkroom(LIST);
  darkroom.originals.upload('a.jpg', 'jpeg 1600x1200');
  await reconcile('a.jpg', darkroom);
  const errors: [string, unknown][] = [];
  darkroom.log = { ...darkroom.log, error: (event, facts) => errors.push([event, facts]) };
  const submitted: string[] = [];
  const submit = async (_id: string, payload: Buffer) => {
    submitted.push(payload.toString());
    return 'accepted' as const;
  };
  const serving: Serving = { darkroom, bucket: 'originals', queue: () => ({ submit }) };
  let opened = 0;
  const keyOf = (preset: string) =>
    darkroom.manifest('a.jpg')?.variants.find(one => one.preset === preset)?.key ?? '';
  return {
    darkroom,
    serving,
    errors,
    submitted,
    keyOf,
    opened: () => opened,
    ask: (request: Partial<FileRequest>) =>
      serve(
        { method: 'GET', key: '', isFromCdn: true, facts: () => SILENT_CLIENT, ...request },
        work => {
          opened += 1;
          return work(serving);
        },
      ),
  };
}

describe('who asks for a file', () => {
  it('and is not the CDN is forbidden, whatever it asks for and however, and nothing is opened', async () => {
    const { ask, keyOf, opened, submitted } = await asked();
    for (const method of ['GET', 'HEAD', 'POST'])
      for (const key of [keyOf('zoom'), 'auto/feed/a.jpg', undefined])
        expect(await ask({ isFromCdn: false, method, key })).toEqual({ served: 'forbidden' });
    expect([opened(), submitted]).toEqual([0, []]);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'GETS', ''])(
    'by %s is not allowed to, and nothing is opened',
    async method => {
      const { ask, keyOf, opened } = await asked();
      expect(await ask({ method, key: keyOf('zoom') })).toEqual({ served: 'not-allowed' });
      expect(opened()).toBe(0);
    },
  );

  it.each(['GET', 'HEAD'])(
    'by %s gets a file that is declared, and it is handed on',
    async method => {
      const { ask, keyOf, submitted } = await asked();
      expect(await ask({ method, key: keyOf('zoom') })).toMatchObject({
        served: 'miss',
        miss: { found: 'file', contentType: 'image/jpeg', isNew: true },
      });
      expect(submitted.map(text => JSON.parse(text))).toEqual([
        {
          kind: 'darkroom.backfill',
          bucket: 'originals',
          keys: ['a.jpg'],
          mode: 'settle',
          made: true,
        },
      ]);
    },
  );

  it('by a path that is no key gets nothing', async () => {
    const { ask } = await asked();
    expect(await ask({ key: undefined })).toEqual({ served: 'miss', miss: { found: 'nothing' } });
  });

  it('by a preset and an original gets the key that suits the client, which only then is looked at', async () => {
    const { ask, keyOf } = await asked();
    const auto = { found: 'variant', key: keyOf('feed') };
    expect(await ask({ key: 'auto/feed/a.jpg' })).toEqual({ served: 'auto', auto });
    const facts = () => {
      throw new Error('looked at');
    };
    expect(await ask({ key: keyOf('zoom'), facts })).toMatchObject({ served: 'miss' });
  });
});

describe('an original below auto/', () => {
  const key = 'auto/feed/x.jpg';

  async function askedBelowAuto() {
    const { ask, darkroom } = await asked();
    darkroom.originals.upload(key, 'jpeg 1600x1200');
    await reconcile(key, darkroom);
    const fileOf = (preset: string) =>
      darkroom.manifest(key)?.variants.find(one => one.preset === preset)?.key ?? '';
    return { ask, darkroom, fileOf };
  }

  it('has its files made as any other', async () => {
    const { ask, fileOf } = await askedBelowAuto();
    const made = { served: 'miss', miss: { found: 'file', isNew: true } };
    expect(await ask({ key: fileOf('zoom') })).toMatchObject(made);
    const replaced = fileOf('zoom').replace(/\/[0-9a-f]{10}\//, '/0123456789/');
    const moved = { found: 'moved', key: fileOf('zoom') };
    expect(await ask({ key: replaced })).toEqual({ served: 'miss', miss: moved });
  });

  it('has a manifest, which may be written the next moment where it is not there', async () => {
    const { ask } = await askedBelowAuto();
    expect(await ask({ key: `${key}/manifest.json` })).toEqual({
      served: 'miss',
      miss: { found: 'no-manifest' },
    });
  });

  it('is found by a client that holds only its key', async () => {
    const { ask, fileOf } = await askedBelowAuto();
    const auto = { found: 'variant', key: fileOf('feed') };
    expect(await ask({ key: `auto/feed/${key}` })).toEqual({ served: 'auto', auto });
  });
});

describe('a client that holds only a key', () => {
  it('is led to no file that would be made of a picture that cannot be read', async () => {
    const { ask, darkroom, keyOf } = await asked();
    const zoom = { key: 'auto/zoom/a.jpg' };
    expect(await ask(zoom)).toMatchObject({ auto: { found: 'variant', key: keyOf('zoom') } });
    const failure = { code: 'ORIGINAL_ARCHIVED', message: 'archived' };
    const failed = JSON.stringify({ ...darkroom.manifest('a.jpg'), failure });
    darkroom.derivatives.upload('a.jpg/manifest.json', failed);
    expect(await ask(zoom)).toMatchObject({ auto: { found: 'nothing' } });
    expect(await ask({ key: 'auto/feed/a.jpg' })).toMatchObject({ auto: { found: 'variant' } });
  });

  it('that no store takes gets nothing', async () => {
    const { ask, errors } = await asked();
    for (const key of ['auto/feed//a.jpg', 'auto/feed/../a.jpg'])
      expect(await ask({ key })).toEqual({ served: 'auto', auto: { found: 'nothing' } });
    expect(errors).toEqual([]);
  });
});

describe('a fault that is not the picture’s', () => {
  it('makes a file unavailable for now, and is logged with its code', async () => {
    const { ask, darkroom, errors, keyOf } = await asked();
    const key = keyOf('zoom');
    const unreadable = () => Promise.reject(new Error('the list cannot be read'));
    darkroom.listInForce = { current: unreadable, fresh: unreadable };
    expect(await ask({ key })).toEqual({ served: 'unavailable' });
    expect(await ask({ key: 'auto/feed/a.jpg' })).toEqual({ served: 'unavailable' });
    const code = 'UNEXPECTED';
    expect(errors).toEqual([
      ['miss-failed', expect.objectContaining({ key, code })],
      ['miss-failed', expect.objectContaining({ key: 'auto/feed/a.jpg', code })],
    ]);
  });

  it('of whom to hand on to makes a miss unavailable, and not the choice for a client', async () => {
    const { ask, serving, errors, keyOf } = await asked();
    serving.queue = () => {
      throw new Error('nothing says whose functions');
    };
    expect(await ask({ key: keyOf('zoom') })).toEqual({ served: 'unavailable' });
    expect(errors).toHaveLength(1);
    expect(await ask({ key: 'auto/feed/a.jpg' })).toMatchObject({ served: 'auto' });
  });
});
