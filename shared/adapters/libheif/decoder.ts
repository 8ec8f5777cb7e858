import { Worker } from 'node:worker_threads';
import { Failure } from '../../core/failure.ts';
import { late } from '../../core/picture/codec-step.ts';
import { DECODE_SECONDS } from '../../core/picture/limits.ts';
import type { HeicPixels } from '../../ports.ts';

/** sharp's npm build has no HEVC; libheif in wasm has. Throws ORIGINAL_UNDECODABLE, or DECODER_LATE. */
export async function decodeHeic(file: Buffer, maxPixels: number): Promise<HeicPixels> {
  const worker = new Worker(new URL('./heic-worker.mjs', import.meta.url), {
    workerData: { file, maxPixels },
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<HeicPixels>((resolve, reject) => {
      timer = setTimeout(() => reject(late('expected a whole heic')), DECODE_SECONDS * 1000);
      worker.once('message', ({ data, width, height }) =>
        resolve({ data: Buffer.from(data.buffer, data.byteOffset, data.length), width, height }),
      );
      worker.once('error', cause => reject(refusal('the codec refused it', cause)));
      worker.once('exit', () => reject(refusal('the codec ended')));
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

function refusal(reason: string, cause?: unknown): Failure {
  return new Failure('ORIGINAL_UNDECODABLE', `expected a whole heic, ${reason}`, { cause });
}
