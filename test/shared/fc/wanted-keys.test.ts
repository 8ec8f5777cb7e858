import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageOf, waitOf, wantedBatch, wantedKeys } from '../../../shared/fc/wanted-keys.ts';

const samples = new URL('../../../events/samples/', import.meta.url);
const sample = (name: string) => readFileSync(new URL(name, samples));
const parsed = (name: string) => JSON.parse(sample(name).toString('utf8'));
const read = (event: unknown, bucket = 'originals') =>
  wantedKeys(Buffer.from(JSON.stringify(event)), bucket);

const KEY = 'users/42/夏天 50%+1 (海).jpg';
const BUCKET = { name: 'originals' };

/** The sample of a PUT, with other fields. */
function recordOf(fields: object, object: object = { key: KEY, size: 7, deltaSize: 7 }) {
  const [record] = parsed('oss-put-object.json').events;
  const { eventTime: _, ...kept } = record;
  return { ...kept, oss: { bucket: BUCKET, object }, ...fields };
}
const putOf = (fields: object, object?: object) => ({ events: [recordOf(fields, object)] });
const cloudOf = () => parsed('cloud-events.json')[0];

/** Alibaba may send what it likes where Darkroom reads nothing. */
const noise = fc.record({
  eventTime: fc.jsonValue(),
  region: fc.jsonValue(),
  userIdentity: fc.jsonValue(),
});
const happened = fc.constantFrom(
  'ObjectCreated:PutObject',
  'ObjectRemoved:DeleteObjects',
  'New:One',
);
const good = fc
  .tuple(
    fc.string({ minLength: 1, unit: 'grapheme' }),
    happened,
    noise,
    fc.jsonValue(),
    fc.boolean(),
  )
  .map(([key, eventName, fields, size, isCloud]) => {
    const record = recordOf({ eventName, ...fields }, { key, size, deltaSize: 7, eTag: size });
    const cloud = { source: 'acs.oss', type: `oss:${eventName}`, time: size, data: record };
    return { key, record: isCloud ? cloud : record };
  });
const bad = fc
  .oneof(
    fc.jsonValue(),
    fc.constantFrom(
      recordOf({ eventSource: 'acs:log' }),
      recordOf({ eventName: 'ObjectCreated:UploadPart' }),
      recordOf({}, { size: 7 }),
      recordOf({ oss: null }),
      recordOf({ oss: { bucket: { name: 'others' }, object: { key: KEY } } }),
      { ...cloudOf(), data: null },
      { ...cloudOf(), type: 7 },
    ),
  )
  .map(record => ({ key: undefined, record }));

describe('the keys that an event wants', () => {
  it.each([
    ['oss-put-object.json', ['users/42/夏天 50%+1 (海).jpg']],
    ['oss-post-object.json', ['users/42/form upload.jpg']],
    ['oss-copy-object.json', ['users/42/a+b=c & d.jpg']],
    ['oss-complete-multipart-upload.json', ['users/42/100% zoom.jpg']],
    ['oss-delete-object.json', ['users/42/夏天 50%+1 (海).jpg']],
    ['oss-delete-objects.json', ['users/42/🐸📷 emoji.jpg']],
    ['cloud-event.json', ['users/42/image%20space.jpg']],
    ['cloud-events.json', ['users/42/1.jpg', 'users/42/2.jpg']],
  ])('of %s come as they are, never URL-decoded', (name, keys) => {
    expect(wantedKeys(sample(name), 'originals')).toMatchObject({ keys, ignored: [] });
  });

  it('have waited since the oldest record, where the event says so', () => {
    const now = new Date('2026-11-20T06:21:36.500Z');
    const ageIn = (event: unknown) => ageOf(read(event).since, now);
    const many = parsed('cloud-events.json');
    expect(ageIn(many)).toEqual({ ageMs: 1500 });
    many[1].data.eventTime = '2026-11-20T06:21:30.000Z';
    expect(ageIn(many)).toEqual({ ageMs: 6500 });
    many[1].data.eventTime = '2026-11-20T07:00:00.000Z';
    many[0].data.eventTime = 'yesterday';
    expect(ageIn(many)).toEqual({ ageMs: 0 });
    delete many[1].data.eventTime;
    for (const one of many) delete one.time;
    expect(ageIn(many)).toEqual({});
  });

  it('are tested for every sample there is', () => {
    const others = ['checkup.json', 'timer.json'];
    expect(readdirSync(samples).filter(name => !others.includes(name))).toHaveLength(9);
  });

  it('of another bucket are left alone, with the reason', () => {
    for (const name of ['oss-put-object.json', 'cloud-event.json']) {
      expect(wantedKeys(sample(name), 'others')).toMatchObject({
        keys: [],
        ignored: [{ reason: 'expected bucket others, received originals' }],
      });
    }
  });

  it.each([
    'ObjectCreated:InitiateMultipartUpload',
    'ObjectCreated:UploadPart',
    'ObjectCreated:UploadPartCopy',
    'ObjectRemoved:AbortMultipartUpload',
    'oss:ObjectCreated:UploadPart',
  ])('are none for %s, with the reason', eventName => {
    expect(read(putOf({ eventName }))).toMatchObject({
      keys: [],
      ignored: [{ key: KEY, reason: `${eventName} names no object that exists` }],
    });
  });

  it.each([
    'ObjectCreated:AppendObject',
    'ObjectCreated:PutSymlink',
    'ObjectModified:UpdateObjectMeta',
    'ObjectReplication:ObjectCreated',
    'ObjectReplication:ObjectRemoved',
    'ObjectRestore:FinishRestore',
    'ObjectCreated:SomethingNew',
    'LifeCycle:DeleteObject',
  ])('are a hint as any other for %s: the buckets say what happened', eventName => {
    expect(read(putOf({ eventName }))).toMatchObject({ keys: [KEY], ignored: [] });
    const [many] = parsed('cloud-events.json');
    expect(read({ ...many, type: `oss:${eventName}` }).keys).toEqual(['users/42/1.jpg']);
  });

  it('are none for the empty object that stands for a folder', () => {
    const folder = { key: 'users/42/', size: 0, deltaSize: 0 };
    expect(read(putOf({}, folder))).toMatchObject({
      keys: [],
      ignored: [
        {
          key: 'users/42/',
          reason: 'expected a picture, received a folder: a key with / at its end and no bytes',
        },
      ],
    });
  });

  it.each([
    ['that has bytes', {}, { size: 7, deltaSize: 7 }],
    ['that was a picture before', {}, { size: 0, deltaSize: -7 }],
    ['of which no size is said', {}, { size: '', deltaSize: '' }],
    ['that is gone', { eventName: 'ObjectRemoved:DeleteObject' }, { size: 0, deltaSize: 0 }],
  ])('are there for an object called dir/ %s', (_, record, object) => {
    expect(read(putOf(record, { key: 'dir/', ...object })).keys).toEqual(['dir/']);
  });

  it('are named once, however often they come', () => {
    const { events } = parsed('oss-put-object.json');
    expect(read({ events: [...events, ...events] }).keys).toHaveLength(1);
  });

  it('survive fields that Alibaba adds, leaves out, or sends as text or null', () => {
    const object = { key: KEY, size: '29203', deltaSize: '', eTag: null, objectMeta: undefined };
    const record = { newField: { deep: true }, userIdentity: null, eventTime: 7, region: null };
    expect(read(putOf(record, object))).toEqual({ keys: [KEY], ignored: [] });
    expect(read(putOf({}, { key: KEY, size: null, deltaSize: {} })).keys).toEqual([KEY]);
    expect(read(putOf({ eventSource: undefined })).keys).toEqual([KEY]);
  });

  it.each([
    [
      'without an object',
      recordOf({ oss: { bucket: BUCKET } }),
      'expected an object at oss.object',
      'nothing',
    ],
    ['without a key', recordOf({}, {}), 'expected text at oss.object.key', 'nothing'],
    ['of an empty key', recordOf({}, { key: '' }), 'expected text at oss.object.key', '""'],
    ['of a number as key', recordOf({}, { key: 7 }), 'expected text at oss.object.key', '7'],
    [
      'without a bucket',
      recordOf({ oss: { object: { key: KEY } } }),
      'expected an object at oss.bucket',
      'nothing',
    ],
    [
      'of another service',
      recordOf({ eventSource: 'acs:log' }),
      'expected acs:oss at eventSource',
      '"acs:log"',
    ],
    [
      'that says not what happened',
      recordOf({ eventName: null }),
      'expected text at eventName',
      'null',
    ],
    ['that is none', 7, 'expected an object at the record', '7'],
    ['that is null', null, 'expected an object at the record', 'null'],
    [
      'of another service of EventBridge',
      { ...cloudOf(), source: 'acs.log' },
      'expected acs.oss at source',
      '"acs.log"',
    ],
    [
      'of EventBridge without a key',
      { ...cloudOf(), data: { oss: { bucket: BUCKET, object: [] } } },
      'expected an object at data.oss.object',
      'a list',
    ],
  ])(
    'a record %s is set aside and named; its siblings are wanted',
    (_, record, expected, received) => {
      const reason = `${expected}, received ${received}`;
      for (const event of [{ events: [record, recordOf({})] }, [cloudOf(), record]]) {
        const { keys, ignored } = read(event);
        expect(keys).toHaveLength(1);
        expect(ignored).toMatchObject([{ reason: expect.stringContaining(reason) }]);
      }
    },
  );

  it('name a record that is set aside by its key, where it has one', () => {
    expect(read(putOf({ eventSource: 'acs:log' })).ignored).toMatchObject([{ key: KEY }]);
    const foreign = { ...cloudOf(), source: 'acs.log' };
    expect(read([foreign]).ignored).toMatchObject([{ key: 'users/42/1.jpg' }]);
  });

  it.each([
    ['an empty list of records', { events: [] }],
    ['an empty list', []],
  ])('are none in %s, which is no failure', (_, event) => {
    expect(read(event)).toEqual({ keys: [], ignored: [] });
  });

  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['a number', '7'],
    ['null', 'null'],
    ['an object that is no event', '{"hello":"world"}'],
    ['records that are no list', '{"events":{}}'],
    ['a batch, which is the backfill function’s', sample('backfill.json').toString()],
    ['a timer’s event', sample('timer.json').toString()],
  ])('cannot be read from %s: the event is kept for replay', (_, text) => {
    expect(() => wantedKeys(Buffer.from(text), 'originals')).toThrow(
      expect.objectContaining({ code: 'EVENT_UNREADABLE', kind: 'fault' }),
    );
  });

  it('are all there, whatever mix of good and bad records comes', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(good, bad)), fc.boolean(), (records, isNative) => {
        const sent = records.map(({ record }) => record);
        const { keys, ignored } = read(isNative ? { events: sent } : sent);
        const wanted = records.flatMap(({ key }) => key ?? []);
        expect(new Set(keys)).toEqual(new Set(wanted));
        expect(keys).toHaveLength(new Set(wanted).size);
        expect(ignored).toHaveLength(records.length - wanted.length);
      }),
    );
  });
});

describe('how long uploads wait', () => {
  const since = new Date('2026-11-23T10:00:00.000Z');
  const now = () => new Date('2026-11-23T10:01:30.000Z');

  it.each([
    ['is the age of an event at its first attempt', since, { attempt: 0 }, 90_000],
    ['is that age where FC does not count attempts', since, { attempt: undefined }, 90_000],
    ['is not told by a later attempt', since, { attempt: 1 }, undefined],
    [
      'is not told by a replay',
      since,
      { attempt: 0, replayedAt: '2026-11-23T10:01:00.000Z' },
      undefined,
    ],
    ['is not told by an event without a time', undefined, { attempt: 0 }, undefined],
    ['is nothing where OSS’s clock is ahead', new Date('2027-01-01'), { attempt: 0 }, 0],
  ])('%s', (_, at, delivery, waitedMs) => {
    expect(waitOf(at, { now, ...delivery })).toEqual({ waitedMs });
  });
});

describe('the keys of a batch', () => {
  const batchIn = (event: unknown, bucket = 'originals') =>
    wantedBatch(Buffer.from(JSON.stringify(event)), bucket);

  it('come as they are, never URL-decoded', () => {
    const keys = ['users/42/1.jpg', 'users/42/夏天 50%+1 (海).jpg'];
    expect(wantedBatch(sample('backfill.json'), 'originals')).toMatchObject({
      keys,
      mode: 'settle',
    });
  });

  it.each([
    ['of another bucket', () => batchIn(parsed('backfill.json'), 'others')],
    ['too many', () => batchIn({ ...parsed('backfill.json'), keys: Array(501).fill('a') })],
    ['with an unknown field', () => batchIn({ ...parsed('backfill.json'), extra: 1 })],
    ['of an upload', () => batchIn(parsed('oss-put-object.json'))],
  ])('%s cannot be read: the event is kept for replay', (_, read) => {
    expect(read).toThrow(expect.objectContaining({ code: 'EVENT_UNREADABLE', kind: 'fault' }));
  });
});
