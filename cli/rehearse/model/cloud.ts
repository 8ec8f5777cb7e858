/** What Function Compute and OSS give, in seconds and whole instances. docs/capacity.md says where each figure is from. */
export interface Cloud {
  /** That this function may have at once. */
  mostInstances: number;
  /** There before anybody asks, and never idle for too long. */
  provisioned: number;
  /** New ones at once, and as many more a minute. */
  burst: number;
  coldStart: number;
  /** Until an instance that nothing asks ends. */
  idle: number;
  /** What an event does while no instance is free. FC: it backs off. A host with one queue: it waits in line. */
  waiting: 'back-off' | 'line';
  longestBackOff: number;
  /** How old an event may be when an attempt begins. */
  eventAge: number;
  /** Of an invocation that failed. */
  retries: number;
  oss: { requestsPerSecond: number; retries: Retries };
}

/** Of a request that OSS refuses: after `minTimeout` ms, `factor` times that and so on, each up to twice as long. */
export interface Retries {
  retries: number;
  minTimeout: number;
  maxTimeout: number;
  factor: number;
}

export const FC = {
  coldStart: 1,
  idle: 180,
  firstBackOff: 0.5,
  /** After that FC throttles an event no more, it gives it up. */
  throttledFor: 5 * 3600,
  firstRetry: 1,
  /** Of an account's instances in a region, for one function. */
  functionShare: 0.9,
} as const;

/** What one upload takes, in an attempt that makes all that is wanted. */
export interface Work extends Attempt {
  gets: number;
  /** Of these requests, those that wait for one another. */
  inTurn: number;
  /** Share of invocations that fail. */
  failing: number;
  /** Of uploads that waited longer before their first attempt only what is urgent is made. */
  pressure?: (Attempt & { afterSeconds: number }) | undefined;
}

export interface Attempt {
  /** Measured ones, each as likely as the others. */
  serviceSeconds: number[];
  puts: number;
}
