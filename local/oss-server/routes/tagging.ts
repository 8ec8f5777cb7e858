import * as z from 'zod';
import { type Call, readText, targetOf } from '../call.ts';
import { readDocument } from '../document.ts';
import { type Reply, xmlReply } from '../reply.ts';
import { checkTags } from '../tags.ts';
import { findObject } from './objects.ts';

const tagging = z.strictObject({
  TagSet: z.union([
    z.literal(''),
    z.strictObject({ Tag: z.array(z.strictObject({ Key: z.string(), Value: z.string() })) }),
  ]),
});

export async function getObjectTagging(call: Call): Promise<Reply> {
  const { bucket, key } = targetOf(call);
  const Tag = findObject(bucket, key).tags ?? [];
  return xmlReply({ Tagging: { TagSet: { Tag } } });
}

export async function putObjectTagging(call: Call): Promise<Reply> {
  const { bucket, key } = targetOf(call);
  const { TagSet } = readDocument(await readText(call), 'Tagging', tagging);
  const tags = checkTags(TagSet === '' ? [] : TagSet.Tag);
  await bucket.amend(key, object => ({ ...object, tags }));
  return { status: 200 };
}

export async function deleteObjectTagging(call: Call): Promise<Reply> {
  const { bucket, key } = targetOf(call);
  await bucket.amend(key, ({ tags: _, ...object }) => object);
  return { status: 204 };
}
