interface Job {
  functionName: string;
  /** Someone waits for the answer, so it goes before the events in the queue. */
  urgent: boolean;
  start(): Promise<void>;
  abandon(): void;
}

export interface Dispatcher {
  submit(job: Job): void;
  /** Abandons what waits; resolves when what runs has ended. */
  close(): Promise<void>;
}

interface Lane {
  urgent: Job[];
  ordinary: Job[];
  running: number;
}

/** First in, first out per function; between functions, the one that has the fewest running goes next. */
export function openDispatcher(maxRunning: number): Dispatcher {
  const lanes = new Map<string, Lane>();
  const running = new Set<Promise<void>>();
  let closed = false;

  function pump(): void {
    while (!closed && running.size < maxRunning) {
      const name = nextLane(lanes);
      if (name === undefined) return;
      begin(name);
    }
  }

  function begin(name: string): void {
    const lane = laneOf(lanes, name);
    const job = lane.urgent.shift() ?? lane.ordinary.shift();
    if (job === undefined) return;
    // To the end of the map: among equals, the one served last waits longest.
    lanes.delete(name);
    lanes.set(name, lane);
    lane.running += 1;
    const run = job.start().finally(() => {
      lane.running -= 1;
      running.delete(run);
      pump();
    });
    running.add(run);
  }

  return {
    submit(job) {
      if (closed) return job.abandon();
      const lane = laneOf(lanes, job.functionName);
      (job.urgent ? lane.urgent : lane.ordinary).push(job);
      pump();
    },
    async close() {
      closed = true;
      for (const { urgent, ordinary } of lanes.values()) {
        for (const job of [...urgent, ...ordinary]) job.abandon();
      }
      lanes.clear();
      await Promise.allSettled(running);
    },
  };
}

function laneOf(lanes: Map<string, Lane>, name: string): Lane {
  const lane = lanes.get(name) ?? { urgent: [], ordinary: [], running: 0 };
  lanes.set(name, lane);
  return lane;
}

function nextLane(lanes: Map<string, Lane>): string | undefined {
  let next: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const [name, { urgent, ordinary, running }] of lanes) {
    if (urgent.length + ordinary.length > 0 && running < fewest) {
      next = name;
      fewest = running;
    }
  }
  return next;
}

/** Counts what has begun and not ended. */
export interface Outstanding {
  begin(): void;
  end(): void;
  pending(): number;
  idle(): Promise<void>;
}

export function outstandingWork(): Outstanding {
  let count = 0;
  let waiting: (() => void)[] = [];
  return {
    begin() {
      count += 1;
    },
    end() {
      count -= 1;
      if (count > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    pending: () => count,
    idle: () =>
      count === 0 ? Promise.resolve() : new Promise(resolve => void waiting.push(resolve)),
  };
}
