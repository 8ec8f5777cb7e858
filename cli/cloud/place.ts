import type { OssConnection } from '../../shared/adapters/oss/client.ts';

/** Where a command works, as plain facts: what a deployment's environment and a local platform's folder come to. */
export interface Place {
  /** For people: `the local platform in .darkroom`. */
  where: string;
  names: Record<BucketRole, string>;
  /** Of the list that people write, in the config bucket. */
  presetsKey: string;
  /** Name of the function that is handed batches. */
  backfillFunction: string;
  oss: OssConnection;
  account: Account;
  /** As URLs begin; undefined where nobody names one. */
  cdnDomain: string | undefined;
  /** The folder of a local platform's destinations. */
  destinations?: string;
}

export type BucketRole = 'originals' | 'derivatives' | 'config';

/** Whose functions and whose CDN. */
export interface Account {
  /** `cn-hangzhou`. */
  region: string;
  accountId: string | undefined;
  /** Undefined for Alibaba's own. */
  fcEndpoint: string | undefined;
  cdnEndpoint: string | undefined;
  ramEndpoint: string | undefined;
  /** Undefined on a local platform, whose queues are folders. */
  mnsEndpoint: string | undefined;
  /** Undefined on a local platform, whose lines are a file. */
  slsEndpoint: string | undefined;
  credentials: { accessKeyId: string; accessKeySecret: string; securityToken?: string | undefined };
}
