import type { Contest } from './contests.ts';
import type { Measured } from './request.ts';
import { median, medianRatio } from './statistics.ts';
import { COMMANDS, installed } from './workers/run-command.ts';
import { measure } from './workshop.ts';

/** By worker, one for each round. */
export type Rounds = Record<string, Measured[]>;
/** By the name of a contest. */
export type Results = Record<string, Rounds>;

/** Round by round, each worker in turn, so that no one has the machine's quiet minutes to itself. */
export async function hold(contest: Contest, tell: (step: string) => void): Promise<Rounds> {
  const workers = await present(contest.workers);
  const rounds: Rounds = Object.fromEntries(workers.map(worker => [worker, []]));
  for (let round = 1; round <= contest.rounds; round += 1) {
    for (const worker of workers) {
      tell(`${contest.name}: ${worker}, round ${round} of ${contest.rounds}`);
      rounds[worker]?.push(await measure({ ...contest, worker }));
    }
  }
  return rounds;
}

async function present(workers: string[]): Promise<string[]> {
  const places = workers.map(async worker => {
    const names = COMMANDS[worker];
    return !names || (await installed(names)) ? [worker] : [];
  });
  return (await Promise.all(places)).flat();
}

export function wallRatio(rounds: Rounds, above: string, below: string): number {
  return medianRatio(walls(rounds[above]), walls(rounds[below]));
}

export function cpuRatio(rounds: Rounds, above: string, below: string): number {
  const cpu = (one: string) => (rounds[one] ?? []).map(measured => measured.cpu);
  return medianRatio(cpu(above), cpu(below));
}

export function overLimit(rounds: Rounds): number {
  return medianRatio(walls(rounds.ours), facts(rounds.limit, 'limit'));
}

export function fact(rounds: Rounds, worker: string, name: string): number {
  return median(facts(rounds[worker], name));
}

/** The worst round: a peak that is passed once is passed. */
export function peak(rounds: Rounds, worker: string): number {
  return Math.max(...(rounds[worker] ?? []).map(({ peakMB }) => peakMB ?? Number.NaN));
}

export function walls(measured: Measured[] = []): number[] {
  return measured.map(({ wall }) => wall);
}

function facts(measured: Measured[] = [], name: string): number[] {
  return measured.map(one => one.facts[name] ?? Number.NaN);
}
