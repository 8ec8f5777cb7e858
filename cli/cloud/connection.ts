import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import { cdnPurges } from '../../shared/adapters/cdn/purges.ts';
import { fcTasks } from '../../shared/adapters/fc/tasks.ts';
import { ossBucket } from '../../shared/adapters/oss/bucket.ts';
import { ossFocus } from '../../shared/adapters/oss/say-focus.ts';
import { ossUploads } from '../../shared/adapters/oss/presigned.ts';
import { ossLinks, ossReader, ossStore } from '../../shared/adapters/oss/store.ts';
import type { Focus } from '../../shared/core/picture/focus.ts';
import { Failure } from '../../shared/core/failure.ts';
import type { Bucket, CdnPurges, InvocationQueue, ObjectStore } from '../../shared/ports.ts';
import { environment } from '../terminal/environment.ts';
import { type Cloud, openCloud } from './apis.ts';
import { deploymentIn } from './deployment.ts';
import { localPlatformIn } from './local-platform.ts';
import type { Account, BucketRole, Place } from './place.ts';

/** The buckets that the environment names, or those of a local platform that is running, opened. */
export interface Connection
  extends Pick<Place, 'where' | 'names' | 'presetsKey' | 'backfillFunction' | 'destinations'> {
  originals: ObjectStore;
  /** An address for one PUT of an original, of this content type. */
  uploadUrl(key: string, contentType: string, seconds: number): Promise<string>;
  /** What an original is about; false where there is none of that key. */
  sayFocus(key: string, focus: Focus): Promise<boolean>;
  /** What a symlink among the originals leads to, be that there or not; undefined of what is none. */
  linkTarget(key: string): Promise<string | undefined>;
  derivatives: ObjectStore;
  config: ObjectStore;
  /** Their settings. */
  buckets: Record<BucketRole, Bucket>;
  cloud: Cloud;
  /** Work for a deployed function; throws SETTINGS_INVALID where nothing says whose. */
  tasks(functionName: string): InvocationQueue;
  /** In front of the derivatives; undefined where nobody names one. */
  cdn: { domain: string; purges: CdnPurges } | undefined;
  /** Of OSS; undefined for Alibaba's own. */
  ossEndpoint: string | undefined;
  /** Large objects of any bucket, as they come. */
  reader(bucket: string): (key: string) => Promise<Readable>;
}

export interface ConnectionOptions {
  data?: string;
}

export function withConnection(command: Command): Command {
  return command.option(
    '--data <dir>',
    'of a running local platform (.darkroom, unless DARKROOM_ORIGINALS_BUCKET and the other settings name a deployment)',
  );
}

export async function connect({ data }: ConnectionOptions): Promise<Connection> {
  const env = environment();
  const isDeployed = data === undefined && env.DARKROOM_ORIGINALS_BUCKET !== undefined;
  return connectTo(isDeployed ? deploymentIn(env) : await localPlatformIn(data ?? '.darkroom'));
}

/** The same for a place that is known. */
export function connectTo({ oss, account, cdnDomain, ...place }: Place): Connection {
  const { originals, derivatives, config } = place.names;
  return {
    ...place,
    originals: ossStore(originals, oss),
    uploadUrl: ossUploads(originals, oss),
    sayFocus: ossFocus(originals, oss),
    linkTarget: ossLinks(originals, oss),
    derivatives: ossStore(derivatives, oss),
    config: ossStore(config, oss),
    buckets: {
      originals: ossBucket(originals, oss),
      derivatives: ossBucket(derivatives, oss),
      config: ossBucket(config, oss),
    },
    ossEndpoint: oss.endpoint,
    cloud: openCloud(account),
    tasks: name => tasksOf(name, account),
    cdn: cdnDomain === undefined ? undefined : { domain: cdnDomain, purges: purgesOf(account) },
    reader: bucket => ossReader(bucket, oss),
  };
}

function tasksOf(name: string, account: Account): InvocationQueue {
  const { region, accountId, fcEndpoint: endpoint, credentials } = account;
  if (accountId === undefined) {
    const message = `expected DARKROOM_ACCOUNT_ID in the environment, the account that has the function ${name}`;
    throw new Failure('SETTINGS_INVALID', message);
  }
  return fcTasks(name, { region, accountId, endpoint, credentials, internal: false });
}

function purgesOf({ cdnEndpoint: endpoint, credentials }: Account): CdnPurges {
  return cdnPurges({ endpoint, credentials });
}
