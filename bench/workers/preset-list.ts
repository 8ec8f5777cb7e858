import { readFile } from 'node:fs/promises';
import { presetsOrThrow } from '../../shared/adapters/yaml/preset-file.ts';
import { answer } from './answer.ts';
import { develop, listOf } from './darkroom.ts';
import { warm } from './warm.ts';

/** Function Compute's units for one invocation on s.yaml's 2 vCPU and 2 GB, as its price list counts them. */
const UNITS_PER_SECOND = 2 + 0.15 * 2;
const UNITS_PER_INVOCATION = 75 / 10_000;
const DOLLARS_PER_UNIT = 0.00002;

/** A whole preset list, the second file, on a photo, and what a million such uploads cost. */
await answer({
  prepare: warm((file, outputs) => develop(file, listOf(outputs))),
  run: async ({ files: [photo = '', path = ''] }) => {
    const { list } = presetsOrThrow(await readFile(path, 'utf8'), path);
    const started = performance.now();
    const before = process.cpuUsage();
    const { rendered } = await develop(photo, list);
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(before);
    const units = (busy: number) => busy * UNITS_PER_SECOND + UNITS_PER_INVOCATION;
    const kilobytes = rendered.reduce((sum, { bytes }) => sum + bytes / 1000, 0);
    return {
      files: rendered.length,
      kilobytes,
      dollarsPerMillion: units(seconds) * 1e6 * DOLLARS_PER_UNIT,
      // Two cores with nothing else to do: what the CPU time alone comes to.
      dollarsAtBest: units((user + system) / 2e6) * 1e6 * DOLLARS_PER_UNIT,
    };
  },
});
