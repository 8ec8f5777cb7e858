import { Failure } from '../../core/failure.ts';
import type { Bucket, Rule } from '../../ports.ts';
import { calling } from './calling.ts';
import { type OssConnection, ossClient } from './client.ts';
import { orUndefined } from './failures.ts';

/** The settings of one bucket. What Darkroom did not set is read and written back as it was. */

/** As it is: @types/ali-oss 6.23 lacks some of it and is wrong on the rest. */
interface Client {
  getBucketInfo(name: string): Promise<{ bucket: BucketInfo; res: { headers: object } }>;
  putBucket(name: string, options: { acl: 'private' }): Promise<unknown>;
  putBucketACL(name: string, acl: 'private'): Promise<unknown>;
  getBucketCORS(name: string): Promise<{ rules: Rule[] }>;
  putBucketCORS(name: string, rules: Rule[]): Promise<unknown>;
  getBucketLifecycle(name: string): Promise<{ rules: Rule[] | null }>;
  putBucketLifecycle(name: string, rules: Rule[]): Promise<unknown>;
  getBucketWebsite(name: string): Promise<Website>;
  putBucketWebsite(name: string, website: Website): Promise<unknown>;
}

interface BucketInfo {
  Location: string;
  AccessControlList: { Grant: string };
}

interface Website {
  index?: string;
  error?: string | null;
  supportSubDir?: string;
  routingRules: Rule[];
}

export function ossBucket(name: string, connection: OssConnection): Bucket {
  const client = ossClient(name, connection) as unknown as Client;
  const call = <T>(what: string, run: () => Promise<T>) => calling(`${what} of ${name}`, run);
  const listed = async (what: string, run: () => Promise<{ rules: Rule[] | null }>) =>
    (await orUndefined(() => call(what, run)))?.rules ?? [];
  return {
    name,
    facts: () => factsOf(() => call('the settings', () => client.getBucketInfo(name))),
    create: async () => {
      await call('the creation', () => client.putBucket(name, { acl: 'private' }));
    },
    makePrivate: async () => {
      await call('the ACL', () => client.putBucketACL(name, 'private'));
    },
    cors: () => listed('the CORS rules', () => client.getBucketCORS(name)),
    putCors: async rules => {
      await call('the CORS rules', () => client.putBucketCORS(name, rules));
    },
    lifecycle: () => listed('the lifecycle rules', () => client.getBucketLifecycle(name)),
    putLifecycle: async rules => {
      // The SDK writes into the rules that it is given.
      await call('the lifecycle rules', () =>
        client.putBucketLifecycle(name, structuredClone(rules)),
      );
    },
    mirrors: async () => (await websiteOf(client, name))?.routingRules ?? [],
    putMirrors: async routingRules => {
      const { index, error, supportSubDir } = (await websiteOf(client, name)) ?? {};
      const website = {
        ...(index ? { index } : {}),
        ...(error ? { error } : {}),
        // The SDK says 'false' where nothing is said.
        ...(supportSubDir === 'true' ? { supportSubDir } : {}),
        routingRules,
      };
      await call('the mirror rules', () => client.putBucketWebsite(name, website));
    },
  };
}

async function websiteOf(client: Client, name: string): Promise<Website | undefined> {
  return await orUndefined(() =>
    calling(`the mirror rules of ${name}`, () => client.getBucketWebsite(name)),
  );
}

async function factsOf(look: () => ReturnType<Client['getBucketInfo']>) {
  try {
    const { bucket, res } = await look();
    const { date } = res.headers as { date?: string };
    return {
      region: bucket.Location.replace(/^oss-/, ''),
      acl: bucket.AccessControlList.Grant,
      ...(date ? { clock: new Date(date) } : {}),
    };
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.facts.ossCode === 'NoSuchBucket') return undefined;
    throw thrown;
  }
}
