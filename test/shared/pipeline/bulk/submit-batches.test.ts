import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchSchema } from '../../../../shared/core/work/batch.ts';
import { nothingDone, type Run } from '../../../../shared/core/work/run.ts';
import { type Submission, submitBatches } from '../../../../shared/pipeline/bulk/submit-batches.ts';

const newRun = (limit?: number): Run => ({
  schema: 1,
  id: 'r',
  kind: 'backfill',
  selection: { prefix: '', mode: 'settle', ...(limit === undefined ? {} : { limit }) },
  phase: 'running',
  presets: 'p',
  from: [],
  granted: 0,
  seen: 0,
  handedOver: { batches: 0, originals: 0, planned: 0 },
  done: nothingDone(),
  counted: [],
  startedAt: '2026-11-23T10:00:00.000Z',
  updatedAt: '2026-11-23T10:00:00.000Z',
});

/** Keys 0…n-1 in order; a cursor is the key. */
async function* numbers(count: number, after: string | undefined) {
  for (let index = after === undefined ? 0 : Number(after) + 1; index < count; index += 1) {
    yield { key: String(index), cursor: String(index) };
  }
}

interface World {
  tasks: Map<string, string[]>;
  submit: Submission['queue']['submit'];
}

function world(before: () => void | Promise<void> = () => undefined): World {
  const tasks: World['tasks'] = new Map();
  return {
    tasks,
    submit: async (id, payload) => {
      await before();
      if (tasks.has(id)) return 'duplicate';
      tasks.set(id, batchSchema.parse(JSON.parse(payload.toString())).keys);
      return 'accepted';
    },
  };
}

const order = (
  run: Run,
  count: number,
  { submit }: World,
  more: Partial<Submission> = {},
): Submission => ({
  run,
  bucket: 'originals',
  queue: { submit },
  entries: after => numbers(count, after),
  planned: () => 3,
  moved: () => undefined,
  halt: () => undefined,
  batchSize: 10,
  concurrency: 4,
  ...more,
});

const handedOver = ({ tasks }: World) =>
  [...tasks.values()]
    .flat()
    .map(Number)
    .sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('a walk', () => {
  it('hands every original over once, in batches', async () => {
    const run = newRun();
    const there = world();
    expect(await submitBatches(order(run, 95, there))).toEqual({ stopped: undefined });
    expect(handedOver(there)).toEqual(upTo(95));
    expect(run).toMatchObject({
      cursor: '94',
      seen: 95,
      handedOver: { batches: 10, originals: 95, planned: 285 },
    });
  });

  it('passes over what the list asks nothing for, and moves on all the same', async () => {
    const run = newRun();
    const there = world();
    const planned = ({ key }: { key: string }) => (Number(key) % 2 === 0 ? 1 : undefined);
    await submitBatches(order(run, 50, there, { planned }));
    expect(handedOver(there)).toEqual(upTo(50).filter(key => key % 2 === 0));
    expect(run).toMatchObject({ cursor: '49', seen: 50 });
  });

  it('tells what is archived, names the first of them, and hands none of them over', async () => {
    const run = newRun();
    const there = world();
    const entries = async function* (after: string | undefined) {
      for await (const entry of numbers(50, after)) {
        yield Number(entry.key) % 5 === 0 ? { ...entry, isArchived: true as const } : entry;
      }
    };
    const planned = ({ key }: { key: string }) => (key === '0' ? undefined : 3);
    await submitBatches(order(run, 50, there, { entries, planned }));
    expect(handedOver(there)).toEqual(upTo(50).filter(key => key % 5 !== 0));
    expect(run).toMatchObject({
      seen: 50,
      handedOver: { originals: 40 },
      archived: { originals: 9, first: ['5', '10', '15', '20', '25'] },
    });
  });

  it('ends at its limit', async () => {
    const there = world();
    await submitBatches(order(newRun(25), 1000, there));
    expect(handedOver(there)).toEqual(upTo(25));
  });

  it('keeps a batch of long keys below what FC takes', async () => {
    const there = world();
    const sizes: number[] = [];
    const long = (key: string) => `${key}/${'长'.repeat(330)}`;
    const entries = async function* (after: string | undefined) {
      for await (const { key, cursor } of numbers(1000, after)) yield { key: long(key), cursor };
    };
    const queue = {
      submit: async (id: string, payload: Buffer) => {
        sizes.push(payload.length);
        return await there.submit(id, payload);
      },
    };
    await submitBatches(order(newRun(), 1000, there, { entries, queue, batchSize: 500 }));
    expect(Math.max(...sizes)).toBeLessThan(128 * 1024);
    expect([...there.tasks.values()].flat()).toHaveLength(1000);
  });

  it('keeps to its rate', async () => {
    const there = world();
    const started = performance.now();
    await submitBatches(order(newRun(), 60, there, { rate: 100 }));
    expect(performance.now() - started).toBeGreaterThan(450);
  });

  it('stops before the next batch when asked to, and says why', async () => {
    const run = newRun();
    const there = world();
    const halt = () => (there.tasks.size >= 3 ? 'enough' : undefined);
    expect(await submitBatches(order(run, 1000, there, { halt, concurrency: 1 }))).toEqual({
      stopped: 'enough',
    });
    expect(run.cursor).toBe('29');
  });

  it('wherever hand-overs fail, loses and repeats nothing when it goes on from its record', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 6 }),
        async (deaths, concurrency) => {
          const run = newRun();
          let left = Number.POSITIVE_INFINITY;
          const there = world(async () => {
            await new Promise(resolve => setTimeout(resolve, Math.random() * 3));
            left -= 1;
            if (left < 0) throw new Error('killed');
          });
          let record = JSON.stringify(run);
          for (const death of [...deaths, Number.POSITIVE_INFINITY]) {
            left = death;
            const resumed: Run = JSON.parse(record);
            const moved = (now: Run) => {
              record = JSON.stringify(now);
            };
            await submitBatches(order(resumed, 87, there, { moved, concurrency })).catch(
              () => undefined,
            );
            record = JSON.stringify(resumed);
          }
          expect(handedOver(there)).toEqual(upTo(87));
          expect(JSON.parse(record)).toMatchObject({
            cursor: '86',
            seen: 87,
            handedOver: { originals: 87 },
          });
        },
      ),
      { numRuns: 30 },
    );
  });
});

it('moves nothing any more once it has failed, though batches were on their way when it did', async () => {
  const run = newRun();
  const slow = world(() => new Promise(resolve => setTimeout(resolve, 30)));
  let [asked, moved] = [0, 0];
  const failing = order(run, 100, slow, {
    halt: () => {
      asked += 1;
      if (asked === 3) throw new Error('the store did not answer');
      return undefined;
    },
    moved: () => {
      moved += 1;
    },
  });
  await expect(submitBatches(failing)).rejects.toThrow('the store did not answer');
  const before = { moved, handedOver: { ...run.handedOver }, cursor: run.cursor };
  expect(before).toMatchObject({ moved: 2, handedOver: { batches: 2 }, cursor: '19' });
  await new Promise(resolve => setTimeout(resolve, 60));
  expect({ moved, handedOver: run.handedOver, cursor: run.cursor }).toEqual(before);
});
