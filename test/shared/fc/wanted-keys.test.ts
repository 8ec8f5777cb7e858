import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ageOf, wantedBatch, wantedKeys } from '../../../shared/fc/wanted-keys.ts';

const samples = new URL('../../../events/samples/', import.meta.url);
const sample = (name: string) => readFileSync(new URL(name, samples));
const parsed = (name: string) => JSON.parse(sample(name).toString('utf8'));
const read = (event: unknown, bucket = 'originals') =>
  wantedKeys(Buffer.from(JSON.stringify(event)), bucket);

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
    'ObjectCreated:PutSymlink',
    'ObjectRemoved:AbortMultipartUpload',
    'ObjectModified:UpdateObjectMeta',
  ])('are none for %s, with the reason', eventName => {
    const event = parsed('oss-put-object.json');
    event.events[0].eventName = eventName;
    expect(read(event)).toMatchObject({
      keys: [],
      ignored: [{ reason: `${eventName} neither makes nor removes an object` }],
    });
  });

  it('are named once, however often they come', () => {
    const { events } = parsed('oss-put-object.json');
    expect(read({ events: [...events, ...events] }).keys).toHaveLength(1);
  });

  it('survive fields that Alibaba adds, leaves out, or sends as text', () => {
    const event = parsed('oss-put-object.json');
    const [record] = event.events;
    record.newField = { deep: true };
    record.oss.object.size = '29203';
    record.oss.object.deltaSize = '';
    delete record.userIdentity;
    delete record.oss.object.objectMeta;
    expect(read(event).keys).toHaveLength(1);
  });

  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['an empty list', '{"events":[]}'],
    [
      'a record without a key',
      JSON.stringify(parsed('oss-put-object.json')).replace(/"key":"[^"]*"/, '"key":""'),
    ],
    [
      'another service’s event',
      JSON.stringify(parsed('oss-put-object.json')).replace('acs:oss"', 'acs:log"'),
    ],
    ['a batch, which is the backfill function’s', sample('backfill.json').toString()],
  ])('cannot be read from %s: the event is kept for replay', (_, text) => {
    expect(() => wantedKeys(Buffer.from(text), 'originals')).toThrow(
      expect.objectContaining({ code: 'EVENT_UNREADABLE', kind: 'fault' }),
    );
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
