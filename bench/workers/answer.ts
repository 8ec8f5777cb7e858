import { readFile } from 'node:fs/promises';
import type { Measured, Request } from '../request.ts';

export interface Work {
  /** Not measured: what a process that has served before has behind it. */
  prepare?(request: Request): Promise<unknown>;
  run(request: Request): Promise<Record<string, number> | undefined>;
  /** The work is done by child processes: this one's memory and CPU say nothing. */
  elsewhere?: true;
}

/** Does one worker's work and prints what it took, as one line of JSON. */
export async function answer({ prepare, run, elsewhere }: Work): Promise<void> {
  const request = JSON.parse(process.argv[2] ?? '{}') as Request;
  await prepare?.(request);
  const before = process.cpuUsage();
  const started = performance.now();
  const facts = (await run(request)) ?? {};
  const wall = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  const measured: Measured = {
    wall,
    cpu: elsewhere ? Number.NaN : (user + system) / 1000,
    peakMB: elsewhere ? undefined : await peakMegabytes(),
    facts,
  };
  console.log(JSON.stringify(measured));
}

/** maxRSS counts the process that forked this one as well, so Linux's own figure is taken where there is one. */
async function peakMegabytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kilobytes = /VmHWM:\s+(\d+)/.exec(status)?.[1];
  return Number(kilobytes ?? process.resourceUsage().maxRSS) / 1024;
}
