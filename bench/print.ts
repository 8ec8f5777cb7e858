import type { ColdStart } from './cold-start.ts';
import { peak, type Results, type Rounds, walls } from './results.ts';
import { median } from './statistics.ts';
import { isReached, type Target, targets } from './targets.ts';

/** What each worker took in one contest: medians in milliseconds, the worst peak. */
export function printWorkers(contest: string, rounds: Rounds): void {
  console.log(`\n${contest}`);
  for (const [worker, measured] of Object.entries(rounds)) {
    const cpu = median(measured.map(one => one.cpu));
    const memory = peak(rounds, worker);
    const columns = [
      `${worker.padEnd(20)} wall ${whole(median(walls(measured)))} ms`,
      ...(Number.isNaN(cpu) ? [] : [`cpu ${whole(cpu)} ms`]),
      ...(Number.isNaN(memory) ? [] : [`peak ${whole(memory)} MB`]),
      factsOf(worker, rounds),
    ];
    console.log(`  ${columns.join('  ')}`);
  }
}

function factsOf(worker: string, rounds: Rounds): string {
  const [first] = rounds[worker] ?? [];
  return Object.keys(first?.facts ?? {})
    .map(name => {
      const value = median((rounds[worker] ?? []).map(({ facts }) => facts[name] ?? Number.NaN));
      return `${name} ${value < 10 ? Number(value.toFixed(4)) : Math.round(value)}`;
    })
    .join(', ');
}

export function printColdStart(cold: ColdStart): void {
  console.log('\nCold start, milliseconds from the start of a process');
  console.log(`  node alone               ${whole(cold.nodeAlone)}`);
  console.log(`  sharp loaded             ${whole(cold.sharpLoaded)}`);
  console.log(`  the function loaded      ${whole(cold.functionLoaded)}`);
  console.log(`  first 320 px rendition   ${whole(cold.firstRendition)}`);
  console.log(`  bundle                   ${whole(cold.bundleKilobytes)} kB`);
}

export function printTargets(results: Results): void {
  console.log('');
  for (const { target, value } of measuredTargets(results)) {
    const { name, contest, reach, digits = 2 } = target;
    const mark = reach ? (isReached(value, reach) ? '✓' : '✗') : ' ';
    const figure = value.toFixed(digits).padStart(7);
    console.log(`${mark} ${name.padEnd(42)} ${contest.padEnd(36)} ${figure}  ${textOf(reach)}`);
  }
}

/** All figures of a run by name, for a program to read. */
export function ratios(results: Results): Record<string, number> {
  const named = measuredTargets(results).map(({ target, value }) => {
    const { name, contest, digits = 2 } = target;
    return [`${name}: ${contest}`, Number(value.toFixed(digits + 1))] as const;
  });
  return Object.fromEntries(named);
}

function measuredTargets(results: Results): { target: Target; value: number }[] {
  return targets.flatMap(target => {
    const rounds = results[target.contest];
    const value = rounds ? target.of(rounds) : Number.NaN;
    // A worker that did not take part, as in --quick, or is not installed.
    return Number.isFinite(value) ? [{ target, value }] : [];
  });
}

function textOf(reach: Target['reach']): string {
  if (!reach) return '';
  return 'atMost' in reach ? `≤ ${reach.atMost}` : `≥ ${reach.atLeast}`;
}

function whole(value: number): string {
  return value.toFixed(0).padStart(6);
}
