import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import * as z from 'zod';

const stored = z.object({
  requestId: z.string(),
  function: z.string(),
  attempt: z.int().min(0),
  queuedAt: z.number(),
  dueAt: z.number(),
  payload: z.base64(),
  /** In the event itself, so that a crash cannot part the two. */
  taskId: z.string().optional(),
  /** The name of the timer that fired it. */
  timer: z.string().optional(),
});

type Stored = z.infer<typeof stored>;

/** All of an event that is kept in memory; its payload stays on disk until it is needed. */
export type QueuedEvent = Omit<Stored, 'payload'> & { file: string };

export type NewEvent = Pick<Stored, 'function' | 'requestId' | 'taskId' | 'timer'> & {
  payload: Buffer;
};

export interface Queue {
  add(event: NewEvent): Promise<QueuedEvent>;
  payload(event: QueuedEvent): Promise<Buffer>;
  postpone(event: QueuedEvent, dueAt: number): Promise<QueuedEvent>;
  remove(event: QueuedEvent): Promise<void>;
  /** The events of a function that have not come to their end; with a timer, those that it fired. */
  count(functionName: string, timer?: string): number;
  /** What an earlier host left, oldest first, and the files that it can make nothing of. */
  restore(): Promise<{ events: QueuedEvent[]; unreadable: string[] }>;
}

/** Survives the death of the host; a power cut may still take what the file system has not flushed. */
export async function openQueue(folder: string): Promise<Queue> {
  await mkdir(folder, { recursive: true });
  const inTurn = pLimit(1);
  const tally = openTally();
  let count = 0;

  async function write(file: string, event: Stored): Promise<QueuedEvent> {
    await writeWhole(file, JSON.stringify(event));
    return inMemory(file, event);
  }

  return {
    async add({ payload, ...about }) {
      const queuedAt = Date.now();
      count += 1;
      // Names sort by age: that is how a restarted host finds its order again.
      const file = join(
        folder,
        `${queuedAt}-${String(count).padStart(9, '0')}-${about.requestId}.json`,
      );
      const event = { ...about, attempt: 0, queuedAt, dueAt: queuedAt };
      tally.add(about, 1);
      try {
        return await inTurn(() => write(file, { ...event, payload: payload.toString('base64') }));
      } catch (thrown) {
        tally.add(about, -1);
        throw thrown;
      }
    },
    async payload(event) {
      return Buffer.from((await read(event.file)).payload, 'base64');
    },
    async postpone(event, dueAt) {
      return write(event.file, { ...(await read(event.file)), attempt: event.attempt + 1, dueAt });
    },
    async remove(event) {
      await rm(event.file, { force: true });
      tally.add(event, -1);
    },
    count: tally.of,
    async restore() {
      const left = await restore(folder);
      for (const event of left.events) tally.add(event, 1);
      return left;
    },
  };
}

function openTally() {
  const counts = new Map<string, number>();
  const change = (key: string, by: number) => {
    const now = (counts.get(key) ?? 0) + by;
    if (now > 0) counts.set(key, now);
    else counts.delete(key);
  };
  return {
    add({ function: name, timer }: Pick<Stored, 'function' | 'timer'>, by: 1 | -1) {
      change(name, by);
      if (timer !== undefined) change(`${name} ${timer}`, by);
    },
    of: (name: string, timer?: string) =>
      counts.get(timer === undefined ? name : `${name} ${timer}`) ?? 0,
  };
}

async function restore(folder: string): Promise<{ events: QueuedEvent[]; unreadable: string[] }> {
  const events: QueuedEvent[] = [];
  const unreadable: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const file = join(folder, name);
    if (!name.endsWith('.json')) continue;
    try {
      events.push(inMemory(file, await read(file)));
    } catch {
      // Someone else's file, or a damaged one: it stays where it is, and the caller tells.
      unreadable.push(file);
    }
  }
  return { events, unreadable };
}

async function read(file: string): Promise<Stored> {
  return stored.parse(JSON.parse(await readFile(file, 'utf8')));
}

function inMemory(file: string, { payload: _, ...event }: Stored): QueuedEvent {
  return { ...event, file };
}

/** The file is there with all of its content or not at all, whenever the writer dies. */
export async function writeWhole(file: string, content: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, content);
  await rename(temporary, file);
}
