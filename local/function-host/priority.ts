import type { ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';

/**
 * In FC each instance has its own vCPUs, so a function with a share of its own slows nobody down. Here all share
 * the cores of one machine: its instances take only what the others leave. Linux sets it for the main thread, and
 * threads that this starts inherit it.
 */
export function yieldCores({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // Not allowed, or gone already: it competes, and is right all the same.
  }
}
