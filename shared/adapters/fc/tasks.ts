import { Readable } from 'node:stream';
import type { InvocationQueue } from '../../ports.ts';
import {
  callsOf,
  clientIn,
  exportsOf,
  fcEndpoint,
  type OpenapiConnection,
  openapi,
  type Patience,
} from '../alicloud/openapi.ts';

/** Asynchronous tasks and events of one function through @alicloud/fc20230330 4.7; the only place that knows its errors. */

export interface FcConnection extends Pick<OpenapiConnection, 'credentials'> {
  /** `cn-hangzhou`. */
  region: string;
  accountId: string;
  /** Undefined for Alibaba's own. */
  endpoint: string | undefined;
  /** Of Alibaba's own the one inside its network, which a function takes. */
  internal: boolean;
}

const REFUSALS = {
  who: 'Function Compute',
  busy: 'QUEUE_BUSY',
  denied: 'QUEUE_DENIED',
} as const;

export function fcTasks(
  functionName: string,
  connection: FcConnection,
  patience: Partial<Patience> = {},
): InvocationQueue {
  const call = callsOf(() => open(functionName, connection), REFUSALS, patience);
  async function invokeOnce(id: string | undefined, payload: Buffer) {
    const what = `${id === undefined ? 'an event' : `task ${id}`} for ${functionName}`;
    return await call(what, invoke => attempt(invoke(id, payload)));
  }
  return {
    submit: invokeOnce,
    async invoke(payload) {
      await invokeOnce(undefined, payload);
    },
  };
}

type Invoke = (id: string | undefined, payload: Buffer) => Promise<void>;

async function open(functionName: string, connection: FcConnection): Promise<Invoke> {
  const fc = exportsOf(await import('@alicloud/fc20230330'));
  const endpoint = connection.endpoint ?? fcEndpoint(connection);
  const { config, runtime } = await openapi({ endpoint, credentials: connection.credentials });
  const client = new (clientIn(fc))(config);
  return async (id, payload) => {
    // The SDK reads the stream to its end and writes into the headers: fresh ones for each attempt.
    const { body } = await client.invokeFunctionWithOptions(
      functionName,
      new fc.InvokeFunctionRequest({ body: Readable.from([payload]) }),
      new fc.InvokeFunctionHeaders({
        xFcInvocationType: 'Async',
        ...(id === undefined ? {} : { xFcAsyncTaskId: id }),
      }),
      runtime(),
    );
    // Unread, it would keep its connection.
    body?.resume();
  };
}

async function attempt(invoked: Promise<void>): Promise<'accepted' | 'duplicate'> {
  try {
    await invoked;
    return 'accepted';
  } catch (cause) {
    if ((cause as { statusCode?: number }).statusCode === 409) return 'duplicate';
    throw cause;
  }
}
