import { describe, expect, it } from 'vitest';
import { batchSchema } from '../../../../shared/core/work/batch.ts';
import { handOver } from '../../../../shared/pipeline/bulk/hand-over.ts';

const NOW = new Date('2026-11-24T00:00:00.000Z');

async function handedOver(keys: string[], now = NOW) {
  const tasks: { id: string; bytes: number; keys: string[] }[] = [];
  const submit = async (id: string, payload: Buffer) => {
    const batch = batchSchema.parse(JSON.parse(payload.toString('utf8')));
    expect(batch).toMatchObject({ bucket: 'originals', mode: 'force' });
    tasks.push({ id, bytes: payload.length, keys: batch.keys });
    return 'accepted' as const;
  };
  const sender = { name: 'verify', at: now.toISOString() };
  await handOver({ submit }, { bucket: 'originals', keys, mode: 'force' }, sender);
  return tasks;
}

describe('keys that are handed over', () => {
  it('are one batch, with an id in the grammar of tasks', async () => {
    const [task, ...others] = await handedOver(['a.jpg', '海 星+%.jpg']);
    expect(others).toEqual([]);
    expect(task?.keys).toEqual(['a.jpg', '海 星+%.jpg']);
    expect(task?.id).toMatch(/^[A-Za-z][A-Za-z0-9_-]{0,127}$/);
  });

  it('are another task at another time, and for other keys', async () => {
    const tasks = [
      ...(await handedOver(['a.jpg'])),
      ...(await handedOver(['b.jpg'])),
      ...(await handedOver(['a.jpg'], new Date(NOW.getTime() + 1))),
    ];
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(3);
    expect((await handedOver(['a.jpg']))[0]?.id).toBe(tasks[0]?.id);
  });

  it('stay below the limit of a payload, however long they are', async () => {
    const keys = Array.from({ length: 100 }, (_, index) => `${index}${'\u0001'.repeat(1000)}`);
    const tasks = await handedOver(keys);
    expect(tasks.flatMap(task => task.keys)).toEqual(keys);
    for (const { bytes } of tasks) expect(bytes).toBeLessThan(100_000);
  });
});
