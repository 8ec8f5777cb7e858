import { callsOf, type OpenapiConnection, rpcActions, unlessRefused } from '../alicloud/openapi.ts';

/** Queues of MNS (SMQ) in one region, as an operator makes them: https://api.aliyun.com/document/Mns-open/2022-01-19/overview */

const REFUSALS = {
  who: 'MNS',
  busy: 'SETUP_BUSY',
  denied: 'SETUP_DENIED',
  passing: /^Throttling/,
} as const;

/** Queues of messages in one region. Throws SETUP_DENIED where MNS refuses. */
export interface MessageQueues {
  isThere(name: string): Promise<boolean>;
  create(name: string): Promise<void>;
}

/** The longest that MNS takes: a week to see to what failed. */
const RETENTION_SECONDS = '604800';

export function mnsQueues(connection: OpenapiConnection): MessageQueues {
  const call = callsOf(() => rpcActions(connection, '2022-01-19'), REFUSALS, { retries: 3 });
  return {
    isThere: async QueueName => {
      const looked = call(`the queue ${QueueName}`, ask =>
        ask('GetQueueAttributes', { QueueName }),
      );
      return (await unlessRefused(looked, isMissing)) !== undefined;
    },
    create: async QueueName => {
      const asked = { QueueName, MessageRetentionPeriod: RETENTION_SECONDS };
      await call(`the creation of the queue ${QueueName}`, ask => ask('CreateQueue', asked));
    },
  };
}

const isMissing = ({ apiCode }: { apiCode?: unknown }) => apiCode === 'QueueNotExist';
