import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ossClient } from '../../../../shared/adapters/oss/client.ts';
import { ossFocus } from '../../../../shared/adapters/oss/say-focus.ts';
import { ossStore } from '../../../../shared/adapters/oss/store.ts';
import { localOss } from '../../../support/local-oss.ts';

/** An OSS that answers so when it is asked for an ACL, and for the rest is that one. */
async function aclAnswered(endpoint: string, xml: string): Promise<string> {
  const server = createServer((asked, answer) => {
    if (/[?&]acl\b/.test(asked.url ?? '')) {
      answer.writeHead(200, { 'content-type': 'application/xml' }).end(xml);
      return;
    }
    const { method, headers, url = '/' } = asked;
    const handedOn = request(new URL(url, endpoint), { method, headers }, from => {
      answer.writeHead(from.statusCode ?? 502, from.headers);
      from.pipe(answer);
    });
    asked.pipe(handedOn);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

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

  it.each([
    ['no value', '<AccessControlList><Grant></Grant></AccessControlList>', 'none'],
    ['no grant', '<AccessControlList></AccessControlList>', 'none'],
    ['no list', '', 'none'],
    [
      'a value that OSS has not',
      '<AccessControlList><Grant>open</Grant></AccessControlList>',
      'open',
    ],
  ])('of none of which OSS says who may read it: %s', async (_, list, received) => {
    const { client, stored } = open();
    await client.put('b.jpg', Buffer.from('photo'));
    const before = stored('b.jpg');
    const answered = await aclAnswered(
      oss.endpoint,
      `<?xml version="1.0"?><AccessControlPolicy><Owner><ID>1</ID><DisplayName>1</DisplayName></Owner>${list}</AccessControlPolicy>`,
    );
    const giveUpAt = new Date(Date.now() + 1000);
    const sayFocus = ossFocus('originals', { ...oss.connection, endpoint: answered, giveUpAt });
    await expect(sayFocus('b.jpg', { x: 1, y: 1 })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: `GET the ACL of b.jpg in originals: expected one of default, private, public-read, public-read-write, received ${received}`,
    });
    expect(stored('b.jpg')).toEqual(before);
  });

  it('of one that is there', async () => {
    const { sayFocus } = open();
    expect(await sayFocus('never.jpg', { x: 1, y: 1 })).toBe(false);
    const store = ossStore('originals', oss.connection);
    expect(await store.head('never.jpg')).toBeUndefined();
  });
});
