import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenOnLoopback } from '../../../../local/oss-server/listen.ts';
import { type FcConnection, fcTasks } from '../../../../shared/adapters/fc/tasks.ts';
import type { Failure } from '../../../../shared/core/failure.ts';
import { apiOf, handler, key } from '../../../local/fc-api/api.ts';

const connected = (endpoint: string): FcConnection => ({
  region: 'cn-hangzhou',
  accountId: '1234567890123456',
  endpoint,
  internal: false,
  credentials: key,
});
const soon = { timeoutMs: 500, retries: 3, minTimeout: 5, maxTimeout: 20 };
const task = Buffer.from('{"keys":["图 1.jpg"]}');

/** A Function Compute that answers as told: the last answer stays. */
async function answering(...answers: RequestListener[]) {
  const bodies: string[] = [];
  const headers: NodeJS.Dict<string | string[]>[] = [];
  const { port, close } = await listenOnLoopback(
    () =>
      createServer(async (request, response) => {
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        const chunks = await request.toArray();
        bodies.push(Buffer.concat(chunks).toString());
        headers.push(request.headers);
        answer?.(request, response);
      }),
    0,
  );
  onTestFinished(close);
  const queue = fcTasks('bulk', connected(`http://127.0.0.1:${port}`), soon);
  return { queue, bodies, headers };
}

const saying =
  (status: number, code = 'Some'): RequestListener =>
  (_, response) =>
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(status === 202 ? '' : JSON.stringify({ RequestId: 'r', Code: code, Message: 'why' }));

const failureOf = (promise: Promise<unknown>): Promise<Failure> =>
  promise.then(
    () => expect.unreachable(),
    thrown => thrown,
  );

describe('a task handed to Function Compute', () => {
  it('runs once with its payload, and is a duplicate ever after', async () => {
    const echo = { source: handler('return event.toString();'), asyncTask: true };
    const { set, host, endpoint } = await apiOf({ echo });
    const queue = fcTasks('test-echo', connected(endpoint));
    expect(await queue.submit('d_1', task)).toBe('accepted');
    expect(await queue.submit('d_1', task)).toBe('duplicate');
    await host.idle();
    expect(await queue.submit('d_1', task)).toBe('duplicate');
    const results = set.happenings.filter(one => one.kind === 'succeeded');
    expect(results.map(one => one.result)).toEqual([task.toString()]);
  });

  it('may be one of hundreds at a time', async () => {
    const bulk = { source: handler('await new Promise(() => {});'), asyncTask: true };
    const { host, endpoint } = await apiOf({ bulk });
    const queue = fcTasks('test-bulk', connected(endpoint));
    const ids = Array.from({ length: 300 }, (_, index) => `d_${index}`);
    const answers = await Promise.all(ids.map(id => queue.submit(id, task)));
    expect(answers.every(one => one === 'accepted')).toBe(true);
    expect(host.queued('test-bulk')).toBe(300);
  });

  it('is asynchronous, signed, and has its id', async () => {
    const { headers, queue } = await answering(saying(202));
    await queue.submit('d_1', task);
    expect(headers[0]).toMatchObject({
      'x-fc-invocation-type': 'Async',
      'x-fc-async-task-id': 'd_1',
      authorization: expect.stringContaining('ACS3-HMAC-SHA256'),
    });
  });
});

describe('Function Compute that is busy', () => {
  const cut: RequestListener = request => request.socket.destroy();
  const page: RequestListener = (_, response) => response.writeHead(502).end('<html>');

  it.each([
    ['has no room', saying(429, 'ResourceExhausted')],
    ['has an error of its own', saying(500, 'InternalServerError')],
    ['is not up', saying(503, 'ServiceUnavailable')],
    ['cuts the connection', cut],
    ['is hidden by a proxy with a page', page],
    ['does not answer', () => undefined],
  ])('because it %s is asked again, with the whole payload', async (_, busy) => {
    const { queue, bodies } = await answering(busy, busy, saying(202));
    expect(await queue.submit('d_1', task)).toBe('accepted');
    expect(bodies).toEqual([task.toString(), task.toString(), task.toString()]);
  });

  it('and had taken the task when the connection broke says duplicate, which is as good', async () => {
    const { queue } = await answering(cut, saying(409, 'AsyncTaskAlreadyExists'));
    expect(await queue.submit('d_1', task)).toBe('duplicate');
  });

  it('for too long is a failure of the moment', async () => {
    const { queue, bodies } = await answering(saying(429, 'ResourceExhausted'));
    const failure = await failureOf(queue.submit('d_1', task));
    expect(failure).toMatchObject({ code: 'QUEUE_BUSY', kind: 'transient' });
    expect(failure.message).toBe(
      'task d_1 for bulk: Function Compute did not take it (ResourceExhausted, status 429)',
    );
    expect(bodies).toHaveLength(4);
  });

  it('so that nobody listens is a failure of the moment', async () => {
    const { port, close } = await listenOnLoopback(() => createServer(), 0);
    await close();
    const queue = fcTasks('bulk', connected(`http://127.0.0.1:${port}`), { ...soon, retries: 1 });
    expect(await failureOf(queue.submit('d_1', task))).toMatchObject({ code: 'QUEUE_BUSY' });
  });
});

describe('Function Compute that refuses', () => {
  it.each([
    [400, 'InvalidArgument'],
    [403, 'AccessDenied'],
    [404, 'FunctionNotFound'],
  ])('with %d is not asked again', async (status, code) => {
    const { queue, bodies } = await answering(saying(status, code));
    const failure = await failureOf(queue.submit('d_1', task));
    expect(failure).toMatchObject({ code: 'QUEUE_DENIED', kind: 'fault' });
    expect(failure.message).toBe(
      `task d_1 for bulk: Function Compute refused (${code}, status ${status}): why`,
    );
    expect(bodies).toHaveLength(1);
  });

  it('a wrong secret is told', async () => {
    const { endpoint } = await apiOf({ one: handler('return 1;') });
    const credentials = { ...key, accessKeySecret: 'guessed' };
    const queue = fcTasks('test-one', { ...connected(endpoint), credentials });
    expect(await failureOf(queue.submit('d_1', task))).toMatchObject({
      code: 'QUEUE_DENIED',
      message: expect.stringContaining('SignatureNotMatch, status 403'),
    });
  });
});
