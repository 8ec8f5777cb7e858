import { describe, expect, it, onTestFinished } from 'vitest';
import { openReceiver } from '../../support/receiver.ts';
import { kept, stage, until } from './bundles.ts';

async function receiver(...statuses: number[]) {
  const { origin, received, close } = await openReceiver(...statuses);
  onTestFinished(close);
  return { url: new URL(`${origin}/photos?token=secret`), received };
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
    const { url, received } = await receiver(200);
    const set = await stage({ telling, failing });
    const host = await set.start({ webhook: url });
    await host.invokeAsync('telling', Buffer.from('1'));
    await host.invokeAsync('failing', Buffer.from('2'));
    await until(() => received.length === 2);
    const files = [
      ...(await kept(set.dataDir, 'test-telling', 'success')),
      ...(await kept(set.dataDir, 'test-failing', 'failure')),
    ];
    expect(received.map(({ body }) => body)).toEqual(expect.arrayContaining(files));
  });

  it('is tried again where it does not take one', async () => {
    const { url, received } = await receiver(503, 200);
    const set = await stage({ telling });
    const host = await set.start({ webhook: url });
    await host.invokeAsync('telling', Buffer.from('1'));
    await until(() => received.length === 2);
    expect(received[1]).toEqual(received[0]);
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
