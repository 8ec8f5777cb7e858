import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/**
 * In FC each instance has its own vCPUs, so a function with a share of its own slows nobody down. Here all share
 * the cores of one machine: its instances take only what the others leave.
 */
export interface Cores {
  /** This process runs at the lowest priority, and not at all while somebody claims the cores. */
  lend(child: ChildProcess): void;
  /** It stands still at this moment, through no fault of its own. */
  isStopped(child: ChildProcess): boolean;
  /** Until what it returns is called. */
  claim(): () => void;
  close(): void;
}

/** Lowest priority is not enough: a second busy core slows a decode on the first by a third (`npm run bench -- --live`). */
const STOPPED_MS = 2000;
/** Windows has no signal for it; there the lowest priority is all. */
const CAN_STOP = process.platform !== 'win32';
/** Of each turn, so that uploads without a gap do not hold up a backfill until it times out. */
const LET_GO_MS = 200;

export function openCores(): Cores {
  const lent = new Set<ChildProcess>();
  const warden = openWarden();
  let claims = 0;
  let stopped = false;
  let turn: NodeJS.Timeout | undefined;

  function stop(): void {
    stopped = true;
    warden.watch(lent);
    for (const child of lent) signal(child, 'SIGSTOP');
    turn = setTimeout(letGo, STOPPED_MS).unref();
  }

  function letGo(): void {
    clearTimeout(turn);
    stopped = false;
    for (const child of lent) signal(child, 'SIGCONT');
    warden.watch(new Set());
    if (claims > 0) turn = setTimeout(stop, LET_GO_MS).unref();
  }

  return {
    lend(child) {
      lowerPriority(child);
      lent.add(child);
      child.once('exit', () => lent.delete(child));
      if (!stopped) return;
      warden.watch(lent);
      signal(child, 'SIGSTOP');
    },
    isStopped: child => CAN_STOP && stopped && lent.has(child),
    claim() {
      claims += 1;
      if (claims === 1) {
        clearTimeout(turn);
        stop();
      }
      return () => {
        claims -= 1;
        if (claims === 0) letGo();
      };
    },
    close() {
      claims = 0;
      letGo();
      warden.close();
    },
  };
}

function signal(child: ChildProcess, name: 'SIGSTOP' | 'SIGCONT'): void {
  if (CAN_STOP) child.kill(name);
}

/** Linux keeps it by thread, and threads that are started later inherit it. */
function lowerPriority({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  for (const thread of threadsOf(pid)) {
    try {
      setPriority(thread, constants.priority.PRIORITY_LOW);
    } catch {
      // Not allowed, or gone already: it competes, and is right all the same.
    }
  }
}

function threadsOf(pid: number): number[] {
  if (process.platform !== 'linux') return [pid];
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    // It is gone already.
    return [];
  }
}

/** A shell that outlives a host which is killed, and then ends what that had stopped: a stopped process cannot see for itself. */
const WARDEN =
  'trap "" INT TERM HUP; while read -r line; do pids=$line; done; [ -z "$pids" ] || kill -9 $pids';

function openWarden() {
  let shell: ChildProcess | undefined;
  return {
    watch(children: Set<ChildProcess>) {
      if (children.size === 0 && !shell) return;
      shell ??= spawn('sh', ['-c', WARDEN], { stdio: ['pipe', 'ignore', 'ignore'] });
      shell.unref();
      shell.stdin?.write(`${[...children].map(({ pid }) => pid).join(' ')}\n`);
    },
    close() {
      shell?.stdin?.end();
    },
  };
}
