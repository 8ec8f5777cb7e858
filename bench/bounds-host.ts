import type { ChildProcess } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { startPlatform } from './platform.ts';

const FUNCTION = 'darkroom-on-object-changed';
const LOOK_EVERY_MS = 50;
/** Of the kernel: a clock tick, and what resets a process's peak. (proc(5)) */
const TICKS_PER_SECOND = 100;
const RESET_PEAK = '5';

export interface Ended {
  outcome: string;
  reason: string | undefined;
  /** Files of the set that were left out. */
  left: number;
  peakMB: number;
  wall: number;
  cpu: number;
}

interface Report {
  outcome: string;
  reason?: string;
  failed?: unknown[];
}

interface Happening {
  kind: string;
  function: string;
  milliseconds: number;
  result?: { reports?: Report[] };
  error?: { errorMessage: string };
}

interface Host {
  develop(key: string, file: Buffer): Promise<Ended>;
  close(): Promise<void>;
}

/** The local platform; what its functions take is read from /proc. */
export async function openHost(data: string, list: string): Promise<Host> {
  let tell: (happening: Happening) => void = () => undefined;
  const platform = await startPlatform(data, ['--presets', list], said => tell(said as Happening));
  return {
    develop: async (key, file) => {
      const ended = new Promise<Happening>(resolved => {
        tell = one => {
          const isEnd = one.kind === 'succeeded' || one.kind === 'failed';
          if (one.function === FUNCTION && isEnd) resolved(one);
        };
      });
      const attributes = { contentType: 'application/octet-stream', cacheControl: 'no-cache' };
      const watch = await watchInstances(platform.child);
      await platform.store.put(key, file, attributes);
      return endedFrom(await ended, await watch.stop());
    },
    close: platform.close,
  };
}

function endedFrom(
  { milliseconds, result, error }: Happening,
  taken: { peakMB: number; cpu: number },
): Ended {
  const [report] = result?.reports ?? [];
  return {
    outcome: report?.outcome ?? 'killed',
    reason: report?.reason ?? error?.errorMessage,
    left: report?.failed?.length ?? 0,
    wall: milliseconds / 1000,
    ...taken,
  };
}

interface Taken {
  peakMB: number;
  /** From the first look on; 0 for a process that is new. */
  from: number;
  to: number;
}

/** Peak and CPU of the one instance that is at work. */
async function watchInstances(platform: ChildProcess) {
  const taken = new Map<string, Taken>();
  for (const pid of await instancesOf(platform)) {
    const cpu = await cpuOf(pid);
    taken.set(pid, { peakMB: 0, from: cpu, to: cpu });
    await writeFile(`/proc/${pid}/clear_refs`, RESET_PEAK);
  }
  const look = async () => {
    for (const pid of await instancesOf(platform)) {
      const { peakMB, from } = taken.get(pid) ?? { peakMB: 0, from: 0 };
      const [peak, to] = [await peakOf(pid), await cpuOf(pid)];
      if (to > 0) taken.set(pid, { peakMB: Math.max(peakMB, peak), from, to });
    }
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await look();
      const [busiest] = [...taken.values()].sort((a, b) => b.to - b.from - (a.to - a.from));
      const { peakMB, from, to } = busiest ?? { peakMB: 0, from: 0, to: 0 };
      return { peakMB, cpu: to - from };
    },
  };
}

async function instancesOf({ pid }: ChildProcess): Promise<string[]> {
  const children = (await text(`/proc/${pid}/task/${pid}/children`)).split(' ').filter(Boolean);
  const commands = await Promise.all(children.map(async one => text(`/proc/${one}/cmdline`)));
  return children.filter((_, at) => commands[at]?.includes('runtime.mjs'));
}

async function peakOf(pid: string): Promise<number> {
  const kilobytes = /VmHWM:\s+(\d+)/.exec(await text(`/proc/${pid}/status`))?.[1];
  return (Number(kilobytes ?? 0) * 1024) / 1e6;
}

/** User's and system's time stand 12th and 13th behind the name, which is in brackets. (proc(5)) */
async function cpuOf(pid: string): Promise<number> {
  const stat = await text(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND;
}

/** Nothing of a process that has ended meanwhile. */
async function text(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '');
}
