import { checkKey } from '../address.ts';
import { bucketOf, type Call, readText } from '../call.ts';
import { encodeListed } from '../encoding.ts';
import { invalidArgument, notImplemented, OssError } from '../errors.ts';
import { permit } from '../permit.ts';
import { type Reply, xmlReply } from '../reply.ts';
import type { StoredObject } from '../storage.ts';
import { readXml } from '../xml.ts';
import { removed } from './objects.ts';

const MAX_OBJECTS = 1000;

export async function deleteMulti(call: Call): Promise<Reply> {
  const bucket = bucketOf(call);
  if (call.headers['content-md5'] === undefined) {
    throw invalidArgument('Content-MD5', '', 'DeleteMultipleObjects needs a Content-MD5.');
  }
  const { keys, quiet } = readDelete(await readText(call));
  for (const key of keys) permit(call, 'DeleteObject', { bucket: bucket.name, key });
  const gone: StoredObject[] = [];
  for (const key of keys) {
    const previous = await bucket.remove(key);
    if (previous) gone.push(previous);
  }
  for (const object of gone) await call.publish(removed('DeleteObjects', bucket, object));
  if (quiet) return { status: 200 };
  return xmlReply({
    DeleteResult: { Deleted: keys.map(key => ({ Key: encodeListed(call, key) })) },
  });
}

function readDelete(text: string): { keys: string[]; quiet: boolean } {
  const root = readXml(text).Delete as Record<string, unknown> | undefined;
  const objects = root?.Object as Record<string, unknown>[] | undefined;
  if (!Array.isArray(objects) || objects.length > MAX_OBJECTS) throw new OssError('MalformedXML');
  if (objects.some(object => object.VersionId !== undefined)) throw notImplemented('VersionId');
  const keys = objects.map(object => object.Key).filter(key => typeof key === 'string');
  if (keys.length !== objects.length) throw new OssError('MalformedXML');
  keys.forEach(checkKey);
  return { keys, quiet: root?.Quiet === 'true' };
}
