import { GetFunctionRequest } from '@alicloud/fc20230330';
import { describe, expect, it } from 'vitest';
import { openRole } from '../../../local/roles.ts';
import { queuedFiles, until } from '../function-host/bundles.ts';
import { apiOf, asTask, clientOf, handler, invoked, key, taskStatus } from './api.ts';

const never = handler('await new Promise(() => {});');

describe('a synchronous invocation', () => {
  it('answers what the function returned, with its request id', async () => {
    const { client } = await apiOf({
      echo: handler('return { said: event.toString(), id: context.requestId };'),
    });
    const { status, headers, body } = await invoked(client, 'test-echo', '图 grüße');
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({ said: '图 grüße', id: headers['x-fc-request-id'] });
    expect(headers['x-fc-error-type']).toBeUndefined();
  });

  it('answers 200 for a function that failed, and says so in a header', async () => {
    const { client } = await apiOf({ bad: handler('throw new RangeError("too far");') });
    const { status, headers, body } = await invoked(client, 'test-bad', '');
    expect([status, headers['x-fc-error-type']]).toEqual([200, 'HandledInvocationError']);
    expect(JSON.parse(body)).toMatchObject({ errorType: 'RangeError', errorMessage: 'too far' });
  });

  it('takes more than an asynchronous one may, and is refused over 32 MB', async () => {
    const { client } = await apiOf({ size: handler('return event.length;') });
    expect(await invoked(client, 'test-size', Buffer.alloc(131_073))).toMatchObject({
      status: 200,
      body: '131073',
    });
    const tooMuch = await invoked(client, 'test-size', Buffer.alloc(32 * 1024 * 1024 + 1));
    expect(tooMuch).toMatchObject({ status: 400, code: 'EntityTooLarge' });
  });

  it('of a function that may have no instance is refused with 429', async () => {
    const { client } = await apiOf({ off: { source: never, reservedConcurrency: 0 } });
    const answer = await invoked(client, 'test-off', '');
    expect(answer).toMatchObject({ status: 429, code: 'ResourceExhausted' });
  });
});

describe('an asynchronous invocation', () => {
  it('is answered with 202 when it is on disk, before it ran', async () => {
    const { client, set } = await apiOf({ slow: never });
    const { status, headers, body } = await invoked(client, 'test-slow', 'x', {
      xFcInvocationType: 'Async',
    });
    expect([status, body]).toEqual([202, '']);
    expect(headers['x-fc-async-task-id']).toBeUndefined();
    const [file] = await queuedFiles(set.dataDir);
    expect(file).toContain(headers['x-fc-request-id']);
  });

  it('is refused over 128 KB', async () => {
    const { client, set } = await apiOf({ slow: never });
    const how = { xFcInvocationType: 'Async' };
    const answer = await invoked(client, 'test-slow', Buffer.alloc(131_073), how);
    expect(answer).toMatchObject({ status: 400, code: 'EntityTooLarge' });
    expect(await queuedFiles(set.dataDir)).toEqual([]);
  });

  it('is refused with 429 while the function has as many events as it may', async () => {
    const bundles = { full: { source: never, asyncTask: true }, free: never };
    const { client } = await apiOf(bundles, { maxQueued: 2 });
    const submit = (id: string) => invoked(client, 'test-full', 'x', asTask(id));
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map(submit));
    expect(answers.map(one => one.status).sort()).toEqual([202, 202, 429, 429]);
    expect(answers.find(one => one.status === 429)).toMatchObject({ code: 'ResourceExhausted' });
    const free = await invoked(client, 'test-free', 'x', { xFcInvocationType: 'Async' });
    expect(free.status).toBe(202);
    const taken = ['a', 'b', 'c', 'd'].filter((_, index) => answers[index]?.status === 202);
    expect((await submit(taken[0]!)).status).toBe(409);
  });
});

describe('a task', () => {
  it('runs once, whoever hands it over again: while it waits, when it is done', async () => {
    const note = { source: handler('return 1;'), asyncTask: true };
    const { client, set, host } = await apiOf({ note });
    const submit = () => invoked(client, 'test-note', 'once', asTask('d_1'));
    const answers = await Promise.all([submit(), submit(), submit()]);
    expect(answers.map(one => one.status).sort()).toEqual([202, 409, 409]);
    const first = answers.find(one => one.status === 202);
    expect(first?.headers['x-fc-async-task-id']).toBe('d_1');
    await host.idle();
    expect((await submit()).status).toBe(409);
    expect(set.happenings.filter(one => one.kind === 'started')).toHaveLength(1);
  });

  it.each(['1st', 'a b', 'ä', '-a', 'a'.repeat(129)])('of the id %j is refused', async id => {
    const { client } = await apiOf({ note: { source: never, asyncTask: true } });
    // ä travels as Latin-1.
    const answer = await invoked(client, 'test-note', 'x', asTask(id));
    expect(answer).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });

  it('may have an id of 128 characters', async () => {
    const { client } = await apiOf({ note: { source: never, asyncTask: true } });
    const answer = await invoked(client, 'test-note', 'x', asTask(`_${'a-'.repeat(63)}b`));
    expect(answer.status).toBe(202);
  });

  it('is refused for a function that keeps none, and with a synchronous invocation', async () => {
    const { client } = await apiOf({ plain: never, note: { source: never, asyncTask: true } });
    const plain = await invoked(client, 'test-plain', 'x', asTask('d_1'));
    expect(plain).toMatchObject({ status: 400, code: 'InvalidArgument' });
    const sync = await invoked(client, 'test-note', 'x', { xFcAsyncTaskId: 'd_1' });
    expect(sync).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });

  it('of nobody has its request id', async () => {
    const { client } = await apiOf({ note: { source: never, asyncTask: true } });
    const { headers } = await invoked(client, 'test-note', 'x', { xFcInvocationType: 'Async' });
    expect(headers['x-fc-async-task-id']).toBe(headers['x-fc-request-id']);
    const id = headers['x-fc-async-task-id'] ?? '';
    await until(async () => (await taskStatus(client, 'test-note', id)) === 'Running');
  });

  it('tells how far it is', async () => {
    const failing = handler('throw new Error("no");');
    const bundles = {
      good: { source: handler('return 1;'), asyncTask: true },
      bad: { source: failing, asyncTask: true, maxAsyncRetryAttempts: 0 },
      busy: { source: never, asyncTask: true, reservedConcurrency: 1 },
      again: { source: failing, asyncTask: true },
    };
    const { client, host } = await apiOf(bundles, {}, { retryBaseMs: 60_000 });
    const submit = (name: string, id: string) => invoked(client, name, 'x', asTask(id));
    await submit('test-good', 'd');
    await submit('test-bad', 'd');
    await host.idle();
    expect(await taskStatus(client, 'test-good', 'd')).toBe('Succeeded');
    expect(await taskStatus(client, 'test-bad', 'd')).toBe('Failed');
    await submit('test-again', 'd');
    await until(async () => (await taskStatus(client, 'test-again', 'd')) === 'Retrying');
    await submit('test-busy', 'one');
    await submit('test-busy', 'two');
    await until(async () => (await taskStatus(client, 'test-busy', 'one')) === 'Running');
    expect(await taskStatus(client, 'test-busy', 'two')).toBe('Enqueued');
    await expect(taskStatus(client, 'test-good', 'other')).rejects.toMatchObject({
      statusCode: 404,
    });
  });
});

describe('a request', () => {
  it('signed with another secret, by another key, or not at all is refused', async () => {
    const { endpoint } = await apiOf({ one: never });
    const wrong = clientOf(endpoint, { ...key, accessKeySecret: 'guessed' });
    expect(await invoked(wrong, 'test-one', '')).toMatchObject({
      status: 403,
      code: 'SignatureNotMatch',
    });
    const unknown = clientOf(endpoint, { ...key, accessKeyId: 'OTHER' });
    expect(await invoked(unknown, 'test-one', '')).toMatchObject({
      status: 403,
      code: 'InvalidAccessKeyID',
    });
    const path = '/2023-03-30/functions/test-one/invocations';
    const bare = await fetch(endpoint + path, { method: 'POST' });
    expect(bare.status).toBe(400);
    expect(await bare.json()).toEqual({
      RequestId: bare.headers.get('x-fc-request-id'),
      Code: 'MissingRequiredHeader',
      Message: 'required HTTP header Authorization was not specified',
    });
  });

  it('by credentials of a role is taken', async () => {
    const { endpoint } = await apiOf({ one: handler('return 1;') });
    const role = clientOf(endpoint, { ...key, securityToken: 'local' });
    expect((await invoked(role, 'test-one', '')).status).toBe(200);
  });

  it('for a function that is not there is answered with 404', async () => {
    const { client } = await apiOf({ one: never });
    const answer = await invoked(client, 'one', '');
    expect(answer).toMatchObject({ status: 404, code: 'FunctionNotFound' });
  });

  it('for anything else is answered with 501, never with a pretence', async () => {
    const { client } = await apiOf({ one: never });
    const refused = { statusCode: 501, code: 'NotImplemented' };
    await expect(client.deleteFunction('test-one')).rejects.toMatchObject(refused);
    const request = new GetFunctionRequest({});
    await expect(client.getFunction('test-one', request)).rejects.toMatchObject(refused);
    const tail = await invoked(client, 'test-one', '', { xFcLogType: 'Tail' });
    expect(tail).toMatchObject({ status: 501, code: 'NotImplemented' });
  });

  it('that comes before the function host is up may come again', async () => {
    const { endpoint } = await apiOf({ one: never }, { host: () => undefined });
    const answer = await invoked(clientOf(endpoint), 'test-one', '');
    expect(answer).toMatchObject({ status: 503, code: 'ServiceUnavailable' });
  });
});

describe('a role', () => {
  it('may invoke the functions of its policy, and no other', async () => {
    const { credential } = openRole('one', ['fc:InvokeFunction acs:fc:*:*:functions/test-one']);
    const answering = handler('return 1;');
    const { endpoint } = await apiOf(
      { one: answering, two: answering },
      { credentials: [credential] },
    );
    const client = clientOf(endpoint, credential);
    expect(await invoked(client, 'test-one', '')).toMatchObject({ status: 200, body: '1' });
    expect(await invoked(client, 'test-two', '')).toMatchObject({
      status: 403,
      code: 'AccessDenied',
    });
  });
});
