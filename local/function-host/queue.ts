import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import * as z from 'zod';
import { writeWhole } from './whole-file.ts';

const stored = z.object({
  requestId: z.string(),
  function: z.string(),
  attempt: z.int().min(0),
  queuedAt: z.number(),
  dueAt: z.number(),
  payload: z.base64(),
});

type Stored = z.infer<typeof stored>;

/** All of an event that is kept in memory; its payload stays on disk until it is needed. */
export type QueuedEvent = Omit<Stored, 'payload'> & { file: string };

export interface Queue {
  add(functionName: string, requestId: string, payload: Buffer): Promise<QueuedEvent>;
  payload(event: QueuedEvent): Promise<Buffer>;
  postpone(event: QueuedEvent, dueAt: number): Promise<QueuedEvent>;
  remove(event: QueuedEvent): Promise<void>;
  /** What an earlier host left, oldest first, and the files that it can make nothing of. */
  restore(): Promise<{ events: QueuedEvent[]; unreadable: string[] }>;
}

/** Survives the death of the host; a power cut may still take what the file system has not flushed. */
export async function openQueue(folder: string): Promise<Queue> {
  await mkdir(folder, { recursive: true });
  const inTurn = pLimit(1);
  let count = 0;

  async function write(file: string, event: Stored): Promise<QueuedEvent> {
    await writeWhole(file, JSON.stringify(event));
    return inMemory(file, event);
  }

  return {
    add(functionName, requestId, payload) {
      const queuedAt = Date.now();
      count += 1;
      // Names sort by age: that is how a restarted host finds its order again.
      const file = join(folder, `${queuedAt}-${String(count).padStart(9, '0')}-${requestId}.json`);
      const event = { requestId, function: functionName, attempt: 0, queuedAt, dueAt: queuedAt };
      return inTurn(() => write(file, { ...event, payload: payload.toString('base64') }));
    },
    async payload(event) {
      return Buffer.from((await read(event.file)).payload, 'base64');
    },
    async postpone(event, dueAt) {
      return write(event.file, { ...(await read(event.file)), attempt: event.attempt + 1, dueAt });
    },
    remove: event => rm(event.file, { force: true }),
    restore: () => restore(folder),
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
