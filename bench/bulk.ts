import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { bundleOf } from './workshop.ts';

const run = promisify(execFile);
const folder = join(tmpdir(), 'darkroom-bench-inventories');
const FROM_INVENTORY = [1e4, 1e6, 1e7];
const SIMULATED = [1e6, 1e8];

/** How fast and in how much memory keys go from an inventory to Function Compute's API, a process for each size. */
export async function bulk(quick: boolean): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { api, child } = await startStub();
  try {
    for (const count of quick ? FROM_INVENTORY.slice(0, 2) : FROM_INVENTORY) {
      await tell('from an inventory, handed over by HTTP', [String(count), folder, api]);
    }
    for (const count of quick ? SIMULATED.slice(0, 1) : SIMULATED) {
      await tell('simulated, handed over to nobody', [String(count), folder]);
    }
  } finally {
    child.kill();
  }
}

async function tell(what: string, args: string[]): Promise<void> {
  const { stdout } = await run(process.execPath, [bundleOf('walk'), ...args]);
  const { seen, batches, seconds, rate, peakMB } = JSON.parse(stdout);
  const figures = `${seconds.toFixed(1)} s, ${rate} keys/s, peak ${peakMB.toFixed(0)} MB`;
  console.log(`${what}: ${seen} keys in ${batches} batches, ${figures}`);
}

async function startStub(): Promise<{ api: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [bundleOf('fc-stub')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const api of createInterface({ input: child.stdout })) return { api, child };
  throw new Error('expected the stub of Function Compute to start');
}
