import { Failure } from '../../shared/core/failure.ts';
import type { ObjectStore } from '../../shared/ports.ts';

export interface Upload {
  key: string;
  bytes: Buffer;
}

const LANES = 4;
const PATIENCE_MS = 300_000;
const ATTRIBUTES = { contentType: 'application/octet-stream', cacheControl: 'no-cache' };

/** As an app that gives no upload up: until the store has confirmed it. Answers how many attempts failed. */
export async function uploadAll(
  uploads: readonly Upload[],
  store: () => ObjectStore,
  onDone: (done: number) => void = () => undefined,
): Promise<number> {
  const waiting = [...uploads];
  let failed = 0;
  let done = 0;
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      failed += await upload(next, store);
      done += 1;
      onDone(done);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return failed;
}

async function upload({ key, bytes }: Upload, store: () => ObjectStore): Promise<number> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let failed = 0; ; failed++) {
    try {
      await store().put(key, bytes, ATTRIBUTES);
      return failed;
    } catch (thrown) {
      const isPassing = thrown instanceof Failure && thrown.kind === 'transient';
      if (!isPassing || Date.now() > deadline) throw thrown;
      await new Promise(resolve => setTimeout(resolve, 200));
    }
  }
}
