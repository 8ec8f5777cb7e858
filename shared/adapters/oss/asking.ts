import type OSS from 'ali-oss';
import { type Attempt, calling } from './calling.ts';
import { type OssConnection, ossClient } from './client.ts';
import { orUndefined } from './failures.ts';
import { checkKey } from './keys.ts';
import { type Asked, decided } from './presence.ts';

/** How one bucket is asked: with its name in what is said of a failure, and within the time that there is. */
export interface Asking {
  client: OSS;
  call<T>(what: string, run: (attempt: Attempt, what: string) => Promise<T>): Promise<T>;
  /** For one key. Undefined where OSS says that it is missing. */
  look<T>(verb: string, key: string, run: (asked: Asked) => Promise<T>): Promise<T | undefined>;
}

export function askingIn(bucket: string, connection: OssConnection): Asking {
  const client = ossClient(bucket, connection);
  const call: Asking['call'] = (what, run) => {
    const whole = `${what} in ${bucket}`;
    return calling(whole, attempt => run(attempt, whole), connection.giveUpAt);
  };
  return {
    client,
    call,
    look: async (verb, key, run) => {
      checkKey(key);
      return await orUndefined(() =>
        call(`${verb} ${key}`, (attempt, what) => decided({ client, key, what, attempt }, run)),
      );
    },
  };
}
