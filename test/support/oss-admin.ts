import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADMIN_PATH } from '../../local/oss-server/admin/admin.ts';
import { TOKEN_FILE } from '../../local/oss-server/admin/token.ts';
import type { FaultOrder, Orders, Told } from '../../local/oss-server/admin/switches.ts';

/** A rule as tests write it: a key is a glob or a regular expression. */
type Rule<R = FaultOrder> = R extends { key?: unknown }
  ? Omit<R, 'key'> & { key?: string | RegExp }
  : never;

/** Turns the switches of a local OSS server that was given `token`. */
export interface OssAdmin {
  faults: {
    /** In place of all that were set; the same seed strikes the same requests again. */
    set(rules: Rule[], seed?: number): Promise<void>;
    clear(): Promise<void>;
    /** How often each rule struck. */
    hits(): Promise<number[]>;
  };
  shiftClock(ms: number): Promise<void>;
  /** Access key ids that hold no longer; none makes all of them hold again. */
  expire(...accessKeyIds: string[]): Promise<void>;
  /** How long restoring an archived object takes from now on. */
  restoreIn(ms: number): Promise<void>;
}

/** Of a platform that was started with `--faults`. */
export function adminOf({ oss, data }: { oss: { endpoint: string }; data: string }): OssAdmin {
  return ossAdmin(oss.endpoint, readFileSync(join(data, TOKEN_FILE), 'utf8'));
}

export function ossAdmin(endpoint: string, token: string): OssAdmin {
  const ask = async (method: 'GET' | 'PUT', given?: Orders): Promise<Told> => {
    const response = await fetch(endpoint + ADMIN_PATH, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(given && { body: JSON.stringify(given) }),
    });
    const answer = await response.text();
    if (response.ok) return JSON.parse(answer);
    throw new Error(`the OSS server refused (${response.status}): ${answer}`);
  };
  const put = async (given: Orders) => void (await ask('PUT', given));
  return {
    faults: {
      set: async (rules, seed = 0) => await put({ faults: rules.map(toOrder), seed }),
      clear: async () => await put({ faults: [] }),
      hits: async () => (await ask('GET')).hits,
    },
    shiftClock: async clockOffsetMs => await put({ clockOffsetMs }),
    expire: async (...expired) => await put({ expired }),
    restoreIn: async restoreMs => await put({ restoreMs }),
  };
}

function toOrder({ key, ...rule }: Rule): FaultOrder {
  if (key === undefined) return rule;
  return { ...rule, key: typeof key === 'string' ? key : { source: key.source, flags: key.flags } };
}
