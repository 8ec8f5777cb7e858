import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { queueSteps } from '../../../cli/deployment/setup-queues.ts';
import { authenticate, readSigned } from '../../../local/acs3.ts';
import { listenOnLoopback } from '../../../local/oss-server/listen.ts';
import type { FunctionDefinition } from '../../../local/service-definition.ts';
import { mnsQueues } from '../../../shared/adapters/mns/queues.ts';

const key = { accessKeyId: 'LOCAL1', accessKeySecret: 'of-the-test' };

/** MNS's API of 2022-01-19 as far as queues are made by it. Signatures are verified, the rest is 501. */
async function mns() {
  const queues = new Map<string, URLSearchParams>();
  const { port, close } = await listenOnLoopback(
    () =>
      createServer(async (request, response) => {
        const { method = '', url = '', headers } = request;
        const caller = authenticate({ method, url, headers }, [key]);
        const asked = new URLSearchParams(String(await readSigned(request, 1024)));
        const [status, body] =
          'because' in caller
            ? [403, { Code: 'SignatureDoesNotMatch', Message: caller.message }]
            : answer(`${headers['x-acs-version']} ${headers['x-acs-action']}`, asked, queues);
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      }),
    0,
  );
  onTestFinished(() => close());
  const connection = { endpoint: `http://127.0.0.1:${port}`, credentials: key };
  return { queues, connection, client: mnsQueues(connection) };
}

type Queues = Map<string, URLSearchParams>;

function answer(action: string, asked: URLSearchParams, queues: Queues): [number, object] {
  const name = asked.get('QueueName') ?? '';
  if (action === '2022-01-19 GetQueueAttributes') {
    if (queues.has(name)) return [200, { Data: { QueueName: name }, Success: true }];
    return [404, { Code: 'QueueNotExist', Message: 'The queue does not exist.' }];
  }
  if (action !== '2022-01-19 CreateQueue')
    return [501, { Code: 'NotImplemented', Message: action }];
  queues.set(name, asked);
  return [200, { Success: true }];
}

const delivering = (...destinations: FunctionDefinition['destinations'][]) => ({
  functions: destinations.map(one => ({ destinations: one }) as FunctionDefinition),
});
const queue = (name: string) => `acs:mns:cn-hangzhou:1:/queues/${name}/messages`;
const service = delivering(
  { onSuccess: queue('ready'), onFailure: queue('failures') },
  { onFailure: queue('failures') },
  { onFailure: 'acs:mns:cn-hangzhou:1:/topics/other/messages' },
  {},
);

describe('the queues that s.yaml delivers to', () => {
  it('are shown first, each once, made then, and left alone after that', async () => {
    const { queues, client } = await mns();
    const first = await queueSteps(service, client);
    expect(first.map(({ name, state }) => [name, state])).toEqual([
      ['queue failures', 'missing'],
      ['queue ready', 'missing'],
    ]);
    expect(queues.size).toBe(0);
    for (const step of first) await step.apply?.();
    expect(queues.get('failures')?.get('MessageRetentionPeriod')).toBe('604800');
    const second = await queueSteps(service, client);
    expect(second.map(({ state }) => state)).toEqual(['there', 'there']);
  });

  it('cannot be looked at with wrong keys, and it is said', async () => {
    const { connection } = await mns();
    const guessed = { ...connection, credentials: { ...key, accessKeySecret: 'guessed' } };
    await expect(queueSteps(service, mnsQueues(guessed))).rejects.toThrow(
      /^the queue failures: MNS refused \(SignatureDoesNotMatch, status 403\)/,
    );
  });
});
