import { appendFile, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';

const ENDS = ['Succeeded', 'Failed', 'Expired'] as const;

export type TaskEnd = (typeof ENDS)[number];
/** Of FC's states those that can come about here. */
export type TaskState = 'Enqueued' | 'Running' | 'Retrying' | TaskEnd;

interface Task {
  function: string;
  taskId?: string | undefined;
}

/** The ids of asynchronous tasks and how far they are. What has no id passes through untouched. */
export interface Tasks {
  state(functionName: string, taskId: string): TaskState | undefined;
  hasEnded(task: Task): boolean;
  /** Writes the event unless its id was seen before. Who hears 'duplicate' may rely on the other's being on disk. */
  admit<T>(task: Task, write: () => Promise<T>): Promise<T | 'duplicate'>;
  /** Not on disk: the queued event is there, and says enough. */
  mark(task: Task, state: TaskState): void;
  /** On disk when it resolves. */
  end(task: Task, state: TaskEnd): Promise<void>;
}

/** `tasks.log` has a line for each task that ended; those under way are known by their events in the queue. */
export async function openTasks(folder: string): Promise<Tasks> {
  const file = join(folder, 'tasks.log');
  const states = await readEnds(file);
  const admitting = new Map<string, Promise<unknown>>();
  const inTurn = pLimit(1);
  const state = (functionName: string, taskId: string) => states.get(`${functionName} ${taskId}`);

  return {
    state,
    hasEnded: task => ENDS.some(end => end === states.get(keyOf(task) ?? '')),
    async admit(task, write) {
      const key = keyOf(task);
      if (key === undefined) return await write();
      // The other may fail, and then this one must not be told that it is there.
      for (let other = admitting.get(key); other; other = admitting.get(key)) {
        await other.catch(() => {});
      }
      if (states.has(key)) return 'duplicate';
      const writing = write()
        .then(written => {
          states.set(key, 'Enqueued');
          return written;
        })
        .finally(() => admitting.delete(key));
      admitting.set(key, writing);
      return await writing;
    },
    mark(task, now) {
      const key = keyOf(task);
      if (key !== undefined) states.set(key, now);
    },
    async end(task, end) {
      const key = keyOf(task);
      if (key === undefined) return;
      await inTurn(() => appendFile(file, `${key} ${end}\n`));
      states.set(key, end);
    },
  };
}

/** Neither names of functions nor ids have spaces in them. */
function keyOf({ function: name, taskId }: Task): string | undefined {
  return taskId === undefined ? undefined : `${name} ${taskId}`;
}

/** A line that broke off is cut away: its event is still queued. */
async function readEnds(file: string): Promise<Map<string, TaskState>> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return '';
    throw cause;
  });
  const whole = text.lastIndexOf('\n') + 1;
  if (whole < text.length) await truncate(file, Buffer.byteLength(text.slice(0, whole)));
  const states = new Map<string, TaskState>();
  for (const line of text.slice(0, whole).split('\n')) {
    const [, key, word] = /^(\S+ \S+) (\S+)$/.exec(line) ?? [];
    const end = ENDS.find(one => one === word);
    if (key !== undefined && end !== undefined) states.set(key, end);
  }
  return states;
}
