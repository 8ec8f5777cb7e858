import { Cron } from 'croner';
import type { Happening } from './function-host/invocation.ts';
import type { Expired } from './oss-server/expire.ts';

export interface LifecycleOptions {
  expire: (now: number) => Promise<Expired[]>;
  tell: (happening: Happening) => void;
}

export interface LifecycleClock {
  /** Waits for what is being removed. */
  close(): Promise<void>;
}

/** The lifecycle rules are carried out at every full hour; in the cloud it is once a day. */
export function startLifecycle({ expire, tell }: LifecycleOptions): LifecycleClock {
  const say = (line: string) =>
    tell({ kind: 'log', function: 'lifecycle', requestId: '', attempt: 0, stream: 'host', line });
  let running: Promise<void> = Promise.resolve();
  const run = async () => {
    for (const { bucket, key, uploadId } of await expire(Date.now())) {
      say(uploadId ? `aborted upload ${uploadId} of ${bucket}/${key}` : `removed ${bucket}/${key}`);
    }
  };
  const hourly = new Cron('0 0 * * * *', { protect: true, unref: true }, () => {
    running = run().catch(thrown => say(String(thrown)));
    return running;
  });
  return {
    async close() {
      hourly.stop();
      await running;
    },
  };
}
