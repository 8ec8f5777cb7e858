import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ossClient } from '../../../../shared/adapters/oss/client.ts';
import { ossFocus } from '../../../../shared/adapters/oss/say-focus.ts';
import { ossStore } from '../../../../shared/adapters/oss/store.ts';
import { localOss } from '../../../support/local-oss.ts';

describe('ossFocus changes what an original is about', () => {
  let oss: Awaited<ReturnType<typeof localOss>>;
  beforeAll(async () => {
    oss = await localOss(['originals']);
  });
  afterAll(() => oss.close());

  const open = () => ({
    client: ossClient('originals', oss.connection),
    sayFocus: ossFocus('originals', oss.connection),
    stored: (key: string) => oss.store.find('originals')?.objects.get(key),
  });

  it('and nothing else that its uploader said', async () => {
    const { client, sayFocus, stored } = open();
    const headers = {
      'Content-Type': 'image/heic',
      'Cache-Control': 'private, max-age=7',
      'Content-Disposition': 'attachment; filename="a.heic"',
      'x-oss-meta-wm-user': encodeURIComponent('海星'),
      'x-oss-storage-class': 'IA',
      'x-oss-object-acl': 'public-read',
      'x-oss-tagging': 'team=a',
    };
    await client.put('a.heic', Buffer.from('photo'), { headers });
    const { lastModified: _, ...before } = stored('a.heic') ?? expect.fail('a.heic is not stored');
    expect(await sayFocus('a.heic', { x: 430, y: 310 })).toBe(true);
    expect(stored('a.heic')).toMatchObject({
      ...before,
      blob: expect.anything(),
      headers: { ...before.headers, 'x-oss-meta-focus': '0.43,0.31' },
    });
  });

  it('of no symlink, which has nothing of its own to say', async () => {
    const { client, sayFocus, stored } = open();
    await client.put('target.jpg', Buffer.from('photo'));
    await client.putSymlink('link.jpg', 'target.jpg', {} as never);
    await expect(sayFocus('link.jpg', { x: 1, y: 1 })).rejects.toMatchObject({
      code: 'KEY_UNUSABLE',
      message:
        'expected an original with bytes of its own, link.jpg is a symlink: say the focus of what it leads to',
    });
    expect(stored('link.jpg')).toMatchObject({ type: 'Symlink', target: 'target.jpg' });
  });

  it('of one that is there', async () => {
    const { sayFocus } = open();
    expect(await sayFocus('never.jpg', { x: 1, y: 1 })).toBe(false);
    const store = ossStore('originals', oss.connection);
    expect(await store.head('never.jpg')).toBeUndefined();
  });
});
