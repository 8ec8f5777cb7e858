import { failureOf } from '../../core/failure.ts';
import { type ClientFacts, parseAutoKey } from '../../core/set/client-choice.ts';
import { factsOf } from '../../core/telling/log-facts.ts';
import type { TaskQueue } from '../../ports.ts';
import type { Darkroom } from '../darkroom.ts';
import { type Auto, answerAuto } from './auto.ts';
import { followUp } from './follow-up.ts';
import { answerMiss, type Miss } from './miss.ts';

/** What the derivatives bucket had not, as it is asked for. */
export interface FileRequest {
  /** In upper case. */
  method: string;
  /** Undefined where the path is not one. */
  key: string | undefined;
  /** Only the CDN, and OSS's mirror rule, may ask. */
  isFromCdn: boolean;
  /** Looked at only where a client holds nothing but a key. */
  facts(): ClientFacts;
}

export type Served =
  | { served: 'forbidden' }
  | { served: 'not-allowed' }
  /** The moment's or our fault: it is in the log. */
  | { served: 'unavailable' }
  | { served: 'auto'; auto: Auto }
  | { served: 'miss'; miss: Miss };

/** For one request: what it takes to make the file, and to hand on what it showed. */
export interface Serving {
  darkroom: Darkroom;
  /** Name of the originals' bucket, as batches carry it. */
  bucket: string;
  /** Of the backfill function; throws SETTINGS_INVALID where nothing says whose. */
  queue(): TaskQueue;
}

/** Nothing is opened for whoever may not ask, or asks for anything but a file. */
export async function serve(
  request: FileRequest,
  opened: (work: (serving: Serving) => Promise<Served>) => Promise<Served>,
): Promise<Served> {
  if (!request.isFromCdn) return { served: 'forbidden' };
  if (!/^(GET|HEAD)$/.test(request.method)) return { served: 'not-allowed' };
  return await opened(serving => answer(request, serving));
}

async function answer(
  { key = '', facts }: FileRequest,
  { darkroom, bucket, queue }: Serving,
): Promise<Served> {
  const { log } = darkroom;
  try {
    const asked = parseAutoKey(key);
    if (asked) return { served: 'auto', auto: await answerAuto(asked, facts(), darkroom) };
    const handOn = async (miss: Miss) => await followUp(key, miss, { queue: queue(), bucket, log });
    const miss = await answerMiss(key, { ...darkroom, handOn });
    return { served: 'miss', miss };
  } catch (thrown) {
    log.error('miss-failed', { key, ...factsOf(failureOf(thrown)) });
    return { served: 'unavailable' };
  }
}
