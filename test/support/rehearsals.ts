import type { Cloud, Work } from '../../cli/rehearse/model/cloud.ts';

/** As much of everything as anybody asks for; a test takes away what it is about. */
export const AMPLE: Cloud = {
  mostInstances: 1_000_000,
  provisioned: 0,
  burst: 1_000_000,
  coldStart: 0,
  idle: 180,
  waiting: 'back-off',
  longestBackOff: Number.POSITIVE_INFINITY,
  eventAge: 86_400,
  retries: 3,
  oss: {
    requestsPerSecond: Number.POSITIVE_INFINITY,
    retries: { retries: 4, minTimeout: 100, maxTimeout: 2000, factor: 3 },
  },
};

export const A_SECOND: Work = {
  serviceSeconds: [1],
  puts: 29,
  gets: 6,
  inTurn: 6,
  failing: 0,
};
