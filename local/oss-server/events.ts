import type { OssRecord } from '../../events/oss-event.ts';
import type { Clock } from './blobs.ts';
import { OssError } from './errors.ts';

/** Stands for the account; the same owner is in listings. */
export const OWNER_ID = '1000000000000000';

interface Change {
  /** `ObjectCreated:PutObject`, without `oss:`. */
  readonly name: string;
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  readonly deltaSize: number;
  /** Without quotes; empty when something was removed. */
  readonly etag: string;
  readonly mimeType: string | undefined;
}

export interface Cause {
  readonly requestId: string;
  readonly address: string;
  /** Without `oss-`. */
  readonly region: string;
  readonly clock: Clock;
}

export type OnEvent = (record: OssRecord) => Promise<void>;
export type Publish = (change: Change) => Promise<void>;

/** The change is stored already when this fails, and the caller must hear of both. */
export function createPublish(onEvent: OnEvent | undefined, cause: Cause): Publish {
  return async change => {
    try {
      await onEvent?.(toRecord(change, cause));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `The change is stored, but its event ${change.name} could not be delivered: ${reason}`;
      throw new OssError('InternalError', message);
    }
  };
}

function toRecord(change: Change, cause: Cause): OssRecord {
  return {
    eventName: change.name,
    eventSource: 'acs:oss',
    eventTime: new Date(cause.clock()).toISOString().replace(/\.\d+Z$/, '.000Z'),
    eventVersion: '1.0',
    oss: {
      bucket: {
        arn: `acs:oss:${cause.region}:${OWNER_ID}:${change.bucket}`,
        name: change.bucket,
        ownerIdentity: OWNER_ID,
        virtualBucket: '',
      },
      object: {
        deltaSize: change.deltaSize,
        eTag: change.etag,
        key: change.key,
        objectMeta: { mimeType: change.mimeType ?? 'application/octet-stream' },
        size: change.size,
      },
      ossSchemaVersion: '1.0',
      ruleId: 'local',
    },
    region: cause.region,
    requestParameters: { sourceIPAddress: cause.address },
    responseElements: { requestId: cause.requestId },
    userIdentity: { principalId: OWNER_ID },
  };
}
