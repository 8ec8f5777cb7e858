import type * as z from 'zod';
import { bucketOf, type Call, readText } from '../call.ts';
import { corsSchema } from '../cors.ts';
import { readDocument } from '../document.ts';
import { type ErrorCode, OssError } from '../errors.ts';
import { lifecycleSchema } from '../lifecycle.ts';
import { type Reply, xmlReply } from '../reply.ts';
import type { Settings } from '../settings.ts';
import { websiteSchema } from '../website.ts';

interface Document<T> {
  /** The root element. */
  readonly root: string;
  readonly schema: z.ZodType<T>;
  /** The error where the bucket has none. */
  readonly missing: ErrorCode;
}

const documents: { [N in keyof Settings]: Document<Settings[N]> } = {
  cors: { root: 'CORSConfiguration', schema: corsSchema, missing: 'NoSuchCORSConfiguration' },
  lifecycle: {
    root: 'LifecycleConfiguration',
    schema: lifecycleSchema,
    missing: 'NoSuchLifecycle',
  },
  website: {
    root: 'WebsiteConfiguration',
    schema: websiteSchema,
    missing: 'NoSuchWebsiteConfiguration',
  },
};

type Answer = (call: Call) => Promise<Reply>;

export function getSetting(name: keyof Settings): Answer {
  const { root, missing } = documents[name];
  return async call => {
    const bucket = bucketOf(call);
    const value = bucket.settings.get(name);
    if (!value) throw new OssError(missing, undefined, { BucketName: bucket.name });
    return xmlReply({ [root]: value });
  };
}

/** The new ones take the place of all that were there. */
export function putSetting<N extends keyof Settings>(name: N): Answer {
  const { root, schema } = documents[name];
  return async call => {
    const { settings } = bucketOf(call);
    await settings.put(name, readDocument<Settings[N]>(await readText(call), root, schema));
    return { status: 200 };
  };
}

export function deleteSetting(name: keyof Settings): Answer {
  return async call => {
    bucketOf(call).settings.remove(name);
    return { status: 204 };
  };
}
