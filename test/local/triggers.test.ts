import { describe, expect, it } from 'vitest';
import type { OssRecord } from '../../events/oss-event.ts';
import type { FunctionDefinition, TriggerDefinition } from '../../local/service-definition.ts';
import { functionsFor } from '../../local/triggers.ts';

const created = ['oss:ObjectCreated:PutObject'];

function on(trigger: Partial<TriggerDefinition>, resource = 'one'): FunctionDefinition {
  const any = { name: 't', type: 'oss', bucket: 'photos', events: created, prefix: '', suffix: '' };
  return {
    resource,
    name: resource,
    handler: 'index.handler',
    code: '/dist',
    vCpus: 2,
    memoryMB: 128,
    timeoutSeconds: 3,
    environment: {},
    maxAsyncRetryAttempts: 3,
    maxAsyncEventAgeSeconds: 60,
    asyncTask: false,
    hasAsyncInvokeConfig: false,
    provisionConfig: undefined,
    reservedConcurrency: undefined,
    logs: { project: 'p', store: 's' },
    destinations: {},
    triggers: [{ ...any, ...trigger } as TriggerDefinition],
  };
}

function record(key: string, eventName = 'ObjectCreated:PutObject', bucket = 'photos'): OssRecord {
  return { eventName, eventSource: 'acs:oss', oss: { bucket: { name: bucket }, object: { key } } };
}

const wakes = (trigger: Partial<TriggerDefinition>, what: OssRecord) =>
  functionsFor(what, [on(trigger)]).length === 1;

describe('an OSS trigger', () => {
  it('fires for its bucket only', () => {
    expect(wakes({}, record('a.jpg'))).toBe(true);
    expect(wakes({}, record('a.jpg', 'ObjectCreated:PutObject', 'others'))).toBe(false);
  });

  it('fires for the events that it names, whose records lack the oss: prefix', () => {
    expect(wakes({}, record('a.jpg', 'ObjectCreated:PostObject'))).toBe(false);
    const events = ['oss:ObjectRemoved:DeleteObject'];
    expect(wakes({ events }, record('a.jpg', 'ObjectRemoved:DeleteObject'))).toBe(true);
    expect(wakes({ events }, record('a.jpg', 'ObjectRemoved:DeleteObjects'))).toBe(false);
  });

  it('takes ObjectCreated:* as every kind of creation, the parts of an upload too', () => {
    const events = ['oss:ObjectCreated:*'];
    expect(wakes({ events }, record('a.jpg', 'ObjectCreated:CopyObject'))).toBe(true);
    expect(wakes({ events }, record('a.jpg', 'ObjectCreated:UploadPart'))).toBe(true);
    expect(wakes({ events }, record('a.jpg', 'ObjectRemoved:DeleteObject'))).toBe(false);
  });

  it.each([
    ['in/', '.jpg', 'in/a.jpg', true],
    ['in/', '.jpg', 'out/in/a.jpg', false],
    ['in/', '.jpg', 'in/a.JPG', false],
    ['in/', '', 'in/图 +%20.png', true],
    ['in/.*', '', 'in/a.jpg', false],
    ['', '*.jpg', 'a.jpg', false],
  ])('takes prefix %j and suffix %j as plain text: %j %s', (prefix, suffix, key, fires) => {
    expect(wakes({ prefix, suffix }, record(key))).toBe(fires);
  });

  it('wakes every function that listens, each once, in the order of s.yaml', () => {
    const twice = on({}, 'twice');
    twice.triggers.push(...on({ prefix: 'a' }).triggers);
    const functions = [twice, on({ prefix: 'b' }, 'other'), on({}, 'last')];
    expect(functionsFor(record('a.jpg'), functions).map(one => one.name)).toEqual([
      'twice',
      'last',
    ]);
  });

  it('is not one that is a timer', () => {
    expect(
      wakes({ type: 'timer', cron: '@every 4m', enabled: true, payload: '' }, record('a.jpg')),
    ).toBe(false);
  });
});
