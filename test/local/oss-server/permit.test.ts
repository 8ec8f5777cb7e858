import type OSS from 'ali-oss';
import { beforeEach, describe, expect, it } from 'vitest';
import { openRole } from '../../../local/roles.ts';
import { BUCKET, KEYS, pathStyle, start, tagging } from './support.ts';

const RULES = {
  cors: [{ allowedOrigin: '*', allowedMethod: 'GET' }],
  lifecycle: [{ prefix: 'tmp/', status: 'Enabled', expiration: { days: 1 } }] as object[],
};

const lifecycle = () => structuredClone(RULES.lifecycle) as OSS.LifecycleRule[];

/** Each call of ali-oss that Darkroom or an uploader makes, and the one right that it needs. */
const calls: [string, string, (client: OSS) => Promise<unknown>][] = [
  ['get', 'oss:GetObject originals/a', client => client.get('a')],
  ['head', 'oss:GetObject originals/a', client => client.head('a')],
  ['put', 'oss:PutObject originals/b', client => client.put('b', Buffer.from('b'))],
  ['delete', 'oss:DeleteObject originals/a', client => client.delete('a')],
  ['deleteMulti', 'oss:DeleteObject originals/*', client => client.deleteMulti(['a', 'b'])],
  ['listV2', 'oss:ListObjects originals', client => client.listV2({}, {})],
  ['getBucketInfo', 'oss:GetBucketInfo originals', client => client.getBucketInfo(BUCKET)],
  ['getBucketACL', 'oss:GetBucketAcl originals', client => client.getBucketACL(BUCKET)],
  ['putBucketACL', 'oss:PutBucketAcl originals', client => client.putBucketACL(BUCKET, 'private')],
  ['getBucketCORS', 'oss:GetBucketCors originals', client => client.getBucketCORS(BUCKET)],
  [
    'putBucketCORS',
    'oss:PutBucketCors originals',
    client => client.putBucketCORS(BUCKET, RULES.cors),
  ],
  ['deleteBucketCORS', 'oss:DeleteBucketCors originals', client => client.deleteBucketCORS(BUCKET)],
  [
    'getBucketLifecycle',
    'oss:GetBucketLifecycle originals',
    client => client.getBucketLifecycle(BUCKET),
  ],
  [
    'putBucketLifecycle',
    'oss:PutBucketLifecycle originals',
    client => client.putBucketLifecycle(BUCKET, lifecycle()),
  ],
  [
    'deleteBucketLifecycle',
    'oss:DeleteBucketLifecycle originals',
    client => client.deleteBucketLifecycle(BUCKET),
  ],
  ['getBucketWebsite', 'oss:GetBucketWebsite originals', client => client.getBucketWebsite(BUCKET)],
  [
    'putBucketWebsite',
    'oss:PutBucketWebsite originals',
    client => client.putBucketWebsite(BUCKET, { index: 'index.html' }),
  ],
  [
    'deleteBucketWebsite',
    'oss:DeleteBucketWebsite originals',
    client => client.deleteBucketWebsite(BUCKET),
  ],
  ['getACL', 'oss:GetObjectAcl originals/a', client => client.getACL('a')],
  ['putACL', 'oss:PutObjectAcl originals/a', client => client.putACL('a', 'private')],
  [
    'getObjectTagging',
    'oss:GetObjectTagging originals/a',
    client => tagging(client).getObjectTagging('a'),
  ],
  [
    'putObjectTagging',
    'oss:PutObjectTagging originals/a',
    client => tagging(client).putObjectTagging('a', { k: 'v' }),
  ],
  [
    'deleteObjectTagging',
    'oss:DeleteObjectTagging originals/a',
    client => tagging(client).deleteObjectTagging('a'),
  ],
  ['restore', 'oss:RestoreObject originals/archived', client => client.restore('archived')],
  ['append', 'oss:PutObject originals/log', client => client.append('log', Buffer.from('x'))],
  ['putSymlink', 'oss:PutObject originals/link', client => putLink(client, 'link', 'a')],
  [
    'initMultipartUpload',
    'oss:PutObject originals/m',
    client => client.initMultipartUpload('m') as Promise<unknown>,
  ],
];
const putLink = (client: OSS, name: string, target: string) =>
  client.putSymlink(name, target, {} as OSS.PutSymlinkOptions) as Promise<unknown>;

const arn = (right: string) => right.replace(' ', ' acs:oss:*:*:');

describe('a role', () => {
  let clientWith: (...rights: string[]) => OSS;
  beforeEach(async () => {
    const roles = new Map<string, ReturnType<typeof openRole>>();
    const every = calls.map(([, right]) => right);
    for (const right of ['', ...every])
      roles.set(right, openRole(right, right ? [arn(right)] : []));
    const [copies] = [
      openRole(
        'copies',
        ['oss:PutObject', 'oss:GetObject'].map(one => arn(`${one} originals/c`)),
      ),
    ];
    roles.set('copies', copies);
    roles.set('uploads', openRole('uploads', [arn('oss:PutObject originals/*')]));
    roles.set('links', openRole('links', [arn('oss:GetObject originals/link-to-a')]));
    const credentials = [KEYS, ...[...roles.values()].map(({ credential }) => credential)];
    const server = await start({ credentials });
    const owner = pathStyle(server);
    await owner.put('a', Buffer.from('a'));
    const headers = { 'x-oss-storage-class': 'Archive' };
    await owner.put('archived', Buffer.from('a'), { headers });
    await putLink(owner, 'link-to-a', 'a');
    await owner.putBucketCORS(BUCKET, RULES.cors);
    await owner.putBucketLifecycle(BUCKET, lifecycle());
    await owner.putBucketWebsite(BUCKET, { index: 'index.html' });
    clientWith = right => pathStyle(server, roles.get(right)?.credential ?? {});
  });

  it.each(calls)('may call %s with %s', async (_, right, call) => {
    await expect(call(clientWith(right))).resolves.toBeDefined();
  });

  it.each(calls)('may not call %s with no right', async (_, __, call) => {
    await expect(call(clientWith(''))).rejects.toMatchObject({ status: 403 });
  });

  it.each(calls)('may call nothing else with what %s needs', async (name, right) => {
    const others = calls.filter(([, needed]) => needed.split(' ')[0] !== right.split(' ')[0]);
    for (const [, , call] of others) {
      await expect(call(clientWith(right)), name).rejects.toMatchObject({ status: 403 });
    }
  });

  it('needs the right to read what it copies', async () => {
    await expect(clientWith('copies').copy('c', '/originals/a')).rejects.toMatchObject({
      code: 'AccessDenied',
    });
  });

  it.each([
    ['tags', { 'x-oss-tagging': 'k=v' }],
    ['an ACL', { 'x-oss-object-acl': 'private' }],
  ])('needs more than to upload for %s', async (_, headers) => {
    const client = clientWith('uploads');
    await client.put('b', Buffer.from('b'));
    const more = client.put('b', Buffer.from('b'), { headers });
    await expect(more).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  it('needs the right to read what a link leads to', async () => {
    const client = clientWith('links');
    await expect(client.get('link-to-a')).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  it('is told which right it lacks', async () => {
    await expect(clientWith('').get('a')).rejects.toThrow(/because of RAM policy/);
  });
});
