import type OSS from 'ali-oss';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isDue } from '../../../local/oss-server/lifecycle.ts';
import { BUCKET, clients, codeOf, pathStyle, send, start } from './support.ts';

const DAY = 24 * 60 * 60 * 1000;
/** The types of ali-oss know the former shape of a rule only. */
const RULES = [
  { id: 'old', prefix: 'tmp/', status: 'Enabled', expiration: { days: '7' } },
  { id: 'parts', prefix: '', status: 'Enabled', abortMultipartUpload: { days: '3' } },
] as object[] as OSS.LifecycleRule[];

/** ali-oss writes into the rules that it is given. */
const rules = () => structuredClone(RULES);

async function startWith(given: object[]) {
  const server = await start();
  const client = pathStyle(server);
  await client.putBucketLifecycle(BUCKET, given as object[] as OSS.LifecycleRule[]);
  server.records.length = 0;
  return { server, client, keys: async () => keysOf(await client.listV2({}, {})) };
}

const keysOf = ({ objects }: { objects?: { name: string }[] }) => objects?.map(({ name }) => name);

test.each(clients)(
  '%s gets back the rules that it put, until it deletes them',
  async (_, connect) => {
    const client = connect(await start());
    const none = { code: 'NoSuchLifecycle', status: 404 };
    await expect(client.getBucketLifecycle(BUCKET)).rejects.toMatchObject(none);
    await client.putBucketLifecycle(BUCKET, rules());
    expect((await client.getBucketLifecycle(BUCKET)).rules).toEqual(RULES);
    await client.deleteBucketLifecycle(BUCKET);
    await client.deleteBucketLifecycle(BUCKET);
    await expect(client.getBucketLifecycle(BUCKET)).rejects.toMatchObject(none);
  },
);

test('a rule without an ID gets one, and all are there again after a restart', async () => {
  const server = await start();
  const unnamed = [{ prefix: 'tmp/', status: 'Enabled', expiration: { days: '7' } }];
  await pathStyle(server).putBucketLifecycle(BUCKET, unnamed as object[] as OSS.LifecycleRule[]);
  const { rules: before } = await pathStyle(server).getBucketLifecycle(BUCKET);
  expect(before).toEqual([{ ...unnamed[0], id: expect.stringMatching(/.{36}/) }]);
  await server.close();
  const again = await start({ dataDir: server.dataDir });
  expect((await pathStyle(again).getBucketLifecycle(BUCKET)).rules).toEqual(before);
});

describe('expiring', () => {
  test('removes what is old under the prefix, and no event tells of it', async () => {
    const { server, client, keys } = await startWith(rules());
    for (const key of ['tmp/a', 'tmp/中 +%.jpg', 'tmp', 'kept'])
      await client.put(key, Buffer.from('a'));
    server.records.length = 0;
    expect(await server.expire(Date.now() + 7 * DAY - 1000)).toEqual([]);
    const expired = await server.expire(Date.now() + 8 * DAY);
    expect(expired.map(({ key }) => key)).toEqual(['tmp/a', 'tmp/中 +%.jpg']);
    expect(await keys()).toEqual(['kept', 'tmp']);
    await expect(client.head('tmp/a')).rejects.toMatchObject({ status: 404 });
    expect(server.records).toEqual([]);
    expect(await server.expire(Date.now() + 8 * DAY)).toEqual([]);
  });

  test('removes what was there before the restart, and it stays away after the next', async () => {
    const { server, client } = await startWith(rules());
    await client.put('tmp/a', Buffer.from('a'));
    await server.close();
    const second = await start({ dataDir: server.dataDir });
    await second.expire(Date.now() + 8 * DAY);
    await second.close();
    const third = await start({ dataDir: server.dataDir });
    expect(third.store.find(BUCKET)?.objects.size).toBe(0);
  });

  test('aborts an upload whose last part is old, and no event tells of it', async () => {
    const { server, client } = await startWith(rules());
    const { uploadId } = await client.initMultipartUpload('big');
    await send(server, {
      method: 'PUT',
      target: `/${BUCKET}/big?partNumber=1&uploadId=${uploadId}`,
      subresources: `?partNumber=1&uploadId=${uploadId}`,
      body: 'part',
    });
    server.records.length = 0;
    expect(await server.expire(Date.now() + 3 * DAY - 1000)).toEqual([]);
    expect(await server.expire(Date.now() + 4 * DAY)).toEqual([
      { bucket: BUCKET, key: 'big', uploadId },
    ]);
    const { uploads } = await client.listUploads({});
    expect([uploads, server.records]).toEqual([[], []]);
  });

  test('leaves alone what a disabled rule, another action or another bucket names', async () => {
    const { server, client, keys } = await startWith([
      { prefix: 'a', status: 'Disabled', expiration: { days: '1' } },
      { prefix: 'b', status: 'Enabled', abortMultipartUpload: { days: '1' } },
      { prefix: 'c', status: 'Enabled', expiration: { days: '1' } },
    ]);
    for (const key of ['a', 'b']) await client.put(key, Buffer.from('a'));
    await client.initMultipartUpload('c');
    await client.putBucket('second');
    await pathStyle(server, { bucket: 'second' }).put('c', Buffer.from('c'));
    expect(await server.expire(Date.now() + 9 * DAY)).toEqual([]);
    expect(await keys()).toEqual(['a', 'b']);
  });

  test('counts days from the midnight (UTC) after the last change', () => {
    const at = (time: string) => Date.parse(`2026-11-${time}Z`);
    const due = (now: string) => isDue(at('20T15:00:00'), { Days: '3' }, at(now));
    expect([due('23T15:00:01'), due('23T23:59:59'), due('24T00:00:00')]).toEqual([
      false,
      false,
      true,
    ]);
    expect(isDue(at('20T00:00:00'), { Days: '1' }, at('21T00:00:00'))).toBe(true);
  });
});

test('nothing is due before its days have passed, all is a day later, and it stays so', () => {
  const time = fc.integer({ min: 0, max: Date.parse('2100-01-01') });
  fc.assert(
    fc.property(
      time,
      fc.integer({ min: 1, max: 9999 }),
      fc.nat(10_000 * DAY),
      (changed, days, age) => {
        const due = isDue(changed, { Days: String(days) }, changed + age);
        if (age < days * DAY) expect(due).toBe(false);
        if (age >= (days + 1) * DAY) expect(due).toBe(true);
      },
    ),
  );
});

const EXPIRES = '<Expiration><Days>1</Days></Expiration>';
const ON = '<Status>Enabled</Status>';
const rule = (inside: string) => `<Rule>${inside}</Rule>`;

test.each([
  [
    'Transition',
    rule(`<Prefix/>${ON}${EXPIRES}<Transition><Days>1</Days></Transition>`),
    501,
    'Rule.Transition',
  ],
  [
    'CreatedBeforeDate',
    rule(
      `${ON}<Expiration><CreatedBeforeDate>2026-01-01T00:00:00.000Z</CreatedBeforeDate></Expiration>`,
    ),
    501,
    'Rule.Expiration.CreatedBeforeDate',
  ],
  ['Tag', rule(`${ON}${EXPIRES}<Tag><Key>a</Key><Value>b</Value></Tag>`), 501, 'Rule.Tag'],
  ['Filter', rule(`${ON}${EXPIRES}<Filter></Filter>`), 501, 'Rule.Filter'],
  ['a rule that does nothing', rule(ON), 400, 'expected Expiration or AbortMultipartUpload'],
  [
    'an empty Expiration',
    rule(`${ON}<Expiration>\n</Expiration>`),
    400,
    'received string in LifecycleConfiguration.Rule.Expiration',
  ],
  [
    'no days',
    rule(`${ON}<Expiration><Days>0</Days></Expiration>`),
    400,
    'positive number of days, received 0',
  ],
  [
    'another status',
    rule(`<Status>On</Status>${EXPIRES}`),
    400,
    'expected Enabled or Disabled, received On',
  ],
  ['two rules of one prefix', rule(ON + EXPIRES).repeat(2), 400, 'a prefix of its own'],
  [
    'two rules of one ID',
    ['a', 'b'].map(prefix => rule(`<ID>1</ID><Prefix>${prefix}</Prefix>${ON}${EXPIRES}`)).join(''),
    400,
    'an ID of its own',
  ],
])('%s is refused, and the rules before stay', async (_, inside, status, said) => {
  const { server, client } = await startWith(rules());
  const body = `<LifecycleConfiguration>${inside}</LifecycleConfiguration>`;
  const target = `/${BUCKET}?lifecycle`;
  const response = await send(server, { method: 'PUT', target, subresources: '?lifecycle', body });
  const text = await response.text();
  expect([response.status, text]).toEqual([status, expect.stringContaining(said)]);
  expect(codeOf(text)).toMatch(/^(NotImplemented|InvalidArgument|MalformedXML)$/);
  expect((await client.getBucketLifecycle(BUCKET)).rules).toEqual(RULES);
});

test('rules that may overlap by a header of their own are refused', async () => {
  const response = await send(await start(), {
    method: 'PUT',
    target: `/${BUCKET}?lifecycle`,
    subresources: '?lifecycle',
    headers: { 'x-oss-allow-same-action-overlap': 'true' },
    body: `<LifecycleConfiguration>${rule(ON + EXPIRES)}</LifecycleConfiguration>`,
  });
  expect(response.status).toBe(501);
});
