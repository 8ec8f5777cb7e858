import { decodeHeic } from '../../shared/adapters/libheif/decoder.ts';
import { sharpCodec } from '../../shared/adapters/sharp/codec.ts';
import { INSTANCE } from '../../shared/core/work/cost.ts';
import type { CpuSeconds } from '../../shared/core/work/duration.ts';
import type { PresetList } from '../../shared/core/list/preset-list.ts';
import { fingerprintOfList } from '../../shared/core/list/recipe.ts';
import type { Darkroom } from '../../shared/pipeline/darkroom.ts';
import type { Codec, Marks, Moderator } from '../../shared/ports.ts';
import { localMarks } from './local-marks.ts';
import { memoryStore, noRequests, type Requests, type Told } from './memory-store.ts';

/** What some work took. */
export interface Effort extends CpuSeconds {
  bytesRead: number;
  bytesWritten: number;
  requests: Requests;
}

export const sharp = sharpCodec({ heic: decodeHeic });

/** A darkroom with one original, in memory, that says what work in it took. */
export interface Bench {
  /** By key. */
  derivatives: Map<string, Buffer>;
  darkroom(list: PresetList, requests: Requests, codec: Codec): Opened;
  watch<T extends Moved>(
    list: PresetList,
    work: (darkroom: Opened) => Promise<T>,
  ): Promise<Omit<T, keyof Moved> & { effort: Effort }>;
}

type Moved = Pick<Effort, 'bytesRead' | 'bytesWritten'>;
type Opened = Darkroom & { config: NonNullable<Darkroom['config']> };

interface Beside {
  /** What its uploader said of an original, and which bytes it names. */
  told?: ReadonlyMap<string, Told>;
  /** Of a list that does not lie on this disk. */
  marks?: Marks;
}

export function openBench(
  files: [string, Buffer][] = [],
  { told, marks = localMarks }: Beside = {},
): Bench {
  const derivatives = new Map<string, Buffer>();
  const darkroom: Bench['darkroom'] = (list, requests, codec) => {
    const inForce = { list, fingerprint: fingerprintOfList(list) };
    return {
      ...surroundings,
      marks,
      originals: memoryStore(new Map(files), requests, told),
      derivatives: memoryStore(derivatives, requests),
      config: memoryStore(new Map(), requests),
      listInForce: {
        current: async () => inForce,
        fresh: async () => {
          requests.gets += 1;
          return inForce;
        },
      },
      codec,
      moderation: { moderator: indulgent, memory: {} },
    };
  };
  const watch: Bench['watch'] = async (list, work) => {
    const requests = noRequests();
    const alone = { seconds: 0 };
    const clock = cpuClock();
    const { bytesRead, bytesWritten, ...rest } = await work(
      darkroom(list, requests, watched(sharp, alone)),
    );
    const cpu = { cpuSeconds: clock(), aloneSeconds: alone.seconds };
    return { ...rest, effort: { ...cpu, bytesRead, bytesWritten, requests } };
  };
  return { derivatives, darkroom, watch };
}

const nothing = () => undefined;
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Nobody is asked and nothing is paid for: what is measured is what is made besides. */
const indulgent: Moderator = { judge: async () => ({ labels: [], requestId: 'none' }) };

const surroundings = {
  log: silent,
  now: () => new Date(),
  attempt: 0,
  deadline: undefined,
  lanes: INSTANCE.vcpu,
  isBehindCdn: false,
};

/** Of all threads, since it was started. */
function cpuClock(): () => number {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
}

/** Adds up the CPU time of what nothing runs beside. */
function watched(codec: Codec, alone: { seconds: number }): Codec {
  const timed =
    <A extends unknown[], R>(step: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      const clock = cpuClock();
      try {
        return await step(...given);
      } finally {
        alone.seconds += clock();
      }
    };
  const { inspect, decode, search } = codec;
  return { ...codec, inspect: timed(inspect), decode: timed(decode), search: timed(search) };
}
