import { type Dispatcher, openDispatcher } from './dispatcher.ts';
import { type Execution, type ExecutionOptions, openExecution } from './execution.ts';

export interface Share {
  dispatcher: Dispatcher;
  execution: Execution;
}

/** As in FC: a function's reservedConcurrency is its own, of most and of least; the others share the rest. */
export interface Shares {
  of(functionName: string): Share;
  close(): Promise<void>;
}

export function openShares(
  options: ExecutionOptions,
  mostReserved = Number.POSITIVE_INFINITY,
): Shares {
  const common = openShare(options);
  const own = new Map<string, Share>();
  for (const { name, reservedConcurrency } of options.service.functions) {
    if (reservedConcurrency === undefined) continue;
    const maxInstances = Math.min(reservedConcurrency, mostReserved);
    own.set(name, openShare({ ...options, maxInstances }));
  }
  return {
    of: functionName => own.get(functionName) ?? common,
    async close() {
      const all = [common, ...own.values()];
      await Promise.all(all.flatMap(one => [one.execution.close(), one.dispatcher.close()]));
    },
  };
}

function openShare(options: ExecutionOptions): Share {
  return { dispatcher: openDispatcher(options.maxInstances), execution: openExecution(options) };
}
