import { failureOf } from '../../shared/core/failure.ts';
import type { ObjectStore } from '../../shared/ports.ts';

export interface Upload {
  key: string;
  bytes: Buffer;
}

const LANES = 4;
const PATIENCE_MS = 300_000;
const ATTRIBUTES = { contentType: 'application/octet-stream', cacheControl: 'no-cache' };

/** As an app that gives no upload up: until the store has confirmed it. Answers why attempts failed, by code. */
export async function uploadAll(
  uploads: readonly Upload[],
  store: () => ObjectStore,
  onDone: (done: number) => void = () => undefined,
): Promise<Record<string, number>> {
  const waiting = [...uploads];
  const failed: Record<string, number> = {};
  let done = 0;
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      for (const code of await upload(next, store)) failed[code] = (failed[code] ?? 0) + 1;
      done += 1;
      onDone(done);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return failed;
}

async function upload({ key, bytes }: Upload, store: () => ObjectStore): Promise<string[]> {
  const deadline = Date.now() + PATIENCE_MS;
  const codes: string[] = [];
  for (;;) {
    try {
      await store().put(key, bytes, ATTRIBUTES);
      return codes;
    } catch (thrown) {
      if (Date.now() > deadline) throw thrown;
      codes.push(failureOf(thrown).code);
      await new Promise(resolve => setTimeout(resolve, 200));
    }
  }
}
