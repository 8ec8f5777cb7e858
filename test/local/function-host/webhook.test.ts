import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { kept, stage, until } from './bundles.ts';

/** A receiver that answers with each status in turn, and then with the last. */
async function receiver(...statuses: number[]) {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    bodies.push(Buffer.concat(chunks).toString());
    response.writeHead(statuses[Math.min(bodies.length, statuses.length) - 1] ?? 200).end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}/photos?token=secret`), bodies };
}

const telling = {
  source: 'export const handler = async () => ({ done: true });',
  destinations: { onSuccess: 'acs:mns' },
};
const failing = {
  source: 'export const handler = () => { throw new Error("no"); };',
  maxAsyncRetryAttempts: 0,
};

describe('a webhook', () => {
  it('is sent each message of the destinations, as it is in the files', async () => {
    const { url, bodies } = await receiver(200);
    const set = await stage({ telling, failing });
    const host = await set.start({ webhook: url });
    await host.invokeAsync('telling', Buffer.from('1'));
    await host.invokeAsync('failing', Buffer.from('2'));
    await until(() => bodies.length === 2);
    const files = [
      ...(await kept(set.dataDir, 'test-telling', 'success')),
      ...(await kept(set.dataDir, 'test-failing', 'failure')),
    ];
    expect(bodies.map(body => JSON.parse(body))).toEqual(expect.arrayContaining(files));
  });

  it('is tried again where it does not take one', async () => {
    const { url, bodies } = await receiver(503, 200);
    const set = await stage({ telling });
    const host = await set.start({ webhook: url });
    await host.invokeAsync('telling', Buffer.from('1'));
    await until(() => bodies.length === 2);
    expect(bodies[1]).toBe(bodies[0]);
  });

  it('holds up nobody, and what it never took is told with its file, not with its secrets', async () => {
    const { url } = await receiver(500);
    const set = await stage({ telling });
    const host = await set.start({ webhook: url });
    await host.invokeAsync('telling', Buffer.from('1'));
    await host.idle();
    expect(await kept(set.dataDir, 'test-telling', 'success')).toHaveLength(1);
    await host.close();
    await until(() => set.happenings.some(({ kind }) => kind === 'log'));
    const told = set.happenings.flatMap(one => (one.kind === 'log' ? [one.line] : []));
    expect(told[0]).toMatch(
      /^expected http:\/\/127\.0\.0\.1:\d+\/photos to take the message, .+; it is in .+\.json$/,
    );
  });
});
