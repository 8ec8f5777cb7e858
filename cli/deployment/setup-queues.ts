import type { ServiceDefinition } from '../../local/service-definition.ts';
import type { MessageQueues } from '../../shared/adapters/mns/queues.ts';
import type { Step } from './steps.ts';

/** Of `acs:mns:region:account:/queues/name/messages`. */
const QUEUE = /^acs:mns:[^:]*:[^:]*:\/queues\/([^/]+)\/messages$/;

/** The queues that s.yaml delivers to: FC does not look whether they are there, and what it delivers to none is lost. */
export async function queueSteps(
  { functions }: Pick<ServiceDefinition, 'functions'>,
  queues: MessageQueues,
): Promise<Step[]> {
  const destinations = functions.flatMap(one => Object.values(one.destinations));
  const named = destinations.flatMap(destination => QUEUE.exec(destination)?.[1] ?? []);
  const names = [...new Set(named)].sort();
  return await Promise.all(names.map(name => queueStep(name, queues)));
}

async function queueStep(queue: string, queues: MessageQueues): Promise<Step> {
  const step = { name: `queue ${queue}`, words: 'a destination in s.yaml' };
  if (await queues.isThere(queue)) return { ...step, state: 'there' };
  return { ...step, state: 'missing', apply: () => queues.create(queue) };
}
