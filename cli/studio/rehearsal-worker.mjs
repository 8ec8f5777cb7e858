// Simulates one day in a thread of its own: the platform, with its OSS, has the process. A thread loads no TypeScript
// of itself, so this is plain JavaScript.
import { parentPort, workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { runWithin } = await import('../rehearse/rehearsals.ts');
const { quotas, about, prices } = workerData;
parentPort.postMessage(quotas.map(quota => runWithin(quota, about, prices)));
