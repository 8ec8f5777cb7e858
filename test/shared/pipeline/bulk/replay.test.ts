import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import { replay, replayId, wasReplayed } from '../../../../shared/pipeline/bulk/replay.ts';
import type { InvocationQueue } from '../../../../shared/ports.ts';
import { memoryStore } from '../../../support/memory-store.ts';

const lost = { requestId: '1-2-3', functionName: 'f', payload: Buffer.from('{"key":"a.jpg"}') };
const now = () => new Date('2026-11-24T10:00:00.000Z');

/** A function's queue that remembers ids for good, or one that knows none. */
function queueOf(keepsTasks: boolean) {
  const given: string[] = [];
  const ids = new Set<string>();
  const queue: InvocationQueue = {
    async submit(id, payload) {
      if (!keepsTasks)
        throw new Failure('QUEUE_DENIED', 'no task ids', { apiCode: 'InvalidArgument' });
      if (ids.has(id)) return 'duplicate';
      ids.add(id);
      given.push(payload.toString());
      return 'accepted';
    },
    async invoke(payload) {
      given.push(payload.toString());
    },
  };
  return { queue, given };
}

describe.each([
  ['that keeps tasks', true],
  ['that keeps none', false],
])('an event of a function %s', (_, keepsTasks) => {
  it('is handed on as it was, once', async () => {
    const { queue, given } = queueOf(keepsTasks);
    const hands = { queue, config: memoryStore(), now };
    expect(await wasReplayed(lost, hands.config)).toBe(false);
    expect(await replay(lost, hands)).toBe('replayed');
    expect(await wasReplayed(lost, hands.config)).toBe(true);
    expect(await replay(lost, hands)).toBe('before');
    expect(given).toEqual(['{"key":"a.jpg"}']);
  });

  it('is no other’s, and a later failure of its replay is another', async () => {
    const { queue, given } = queueOf(keepsTasks);
    const hands = { queue, config: memoryStore(), now };
    await replay(lost, hands);
    expect(await replay({ ...lost, requestId: '4-5-6' }, hands)).toBe('replayed');
    expect(given).toHaveLength(2);
  });
});

describe('a replay', () => {
  it('that died before it was recorded is refused by FC, and then recorded', async () => {
    const { queue, given } = queueOf(true);
    await queue.submit(replayId(lost), lost.payload);
    const hands = { queue, config: memoryStore(), now };
    expect(await replay(lost, hands)).toBe('before');
    expect(await wasReplayed(lost, hands.config)).toBe(true);
    expect(given).toHaveLength(1);
  });

  it('whose record cannot be read is asked for again, refused by FC, and recorded', async () => {
    const { queue, given } = queueOf(true);
    const config = memoryStore();
    const hands = { queue, config, now };
    await replay(lost, hands);
    for (const key of config.keys()) config.upload(key, '{"schema": 1, "func');
    expect(await replay(lost, hands)).toBe('before');
    expect(await wasReplayed(lost, config)).toBe(true);
    expect(given).toHaveLength(1);
  });

  it.each(['QUEUE_BUSY', 'QUEUE_DENIED'] as const)(
    'that FC does not take (%s) is not recorded',
    async code => {
      const submit = async () => {
        throw new Failure(code, 'no', { apiCode: 'FunctionNotFound' });
      };
      const hands = { queue: { ...queueOf(true).queue, submit }, config: memoryStore(), now };
      await expect(replay(lost, hands)).rejects.toMatchObject({ code });
      expect(await wasReplayed(lost, hands.config)).toBe(false);
    },
  );

  it('has an id in the grammar of tasks', () => {
    expect(replayId(lost)).toMatch(/^[A-Za-z_][\w-]{0,127}$/);
  });
});
