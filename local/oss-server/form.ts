import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { invalidArgument, OssError } from './errors.ts';

export interface FormFile {
  readonly stream: Readable;
  readonly filename: string;
  readonly type: string;
}

const LIMITS = { fields: 200, fieldSize: 1024 * 1024, files: 1, parts: 300 };
/** Of all fields together, since they are held before anybody has proved who they are. */
const MAX_FIELD_BYTES = 2 * 1024 * 1024;

/**
 * Gives `take` the fields and the file as soon as the file begins: what follows `file` is not looked at, as in
 * the cloud. A form that breaks off rejects, and so does the file's stream.
 */
export async function receiveForm<T>(
  { body, headers }: { body: Readable; headers: Readonly<Record<string, string>> },
  take: (fields: Map<string, string>, file: FormFile) => Promise<T>,
): Promise<T> {
  const fields = new Map<string, string>();
  const isPartAFile = (name: string | undefined) => name?.toLowerCase() === 'file';
  const busboy = openBusboy(headers, isPartAFile);
  let file: Readable | undefined;
  let taken: Promise<T> | undefined;
  let size = 0;
  let isTooLong = false;
  busboy.on('field', (name, value, _, truncated) => {
    size += name.length + value.length;
    isTooLong ||= truncated || size > MAX_FIELD_BYTES;
    if (!isTooLong) fields.set(name.toLowerCase(), value);
  });
  busboy.on('file', (_name, stream, ...[filename, , type]) => {
    file = stream;
    // A refused file has no reader, and an error without a listener would end the process.
    stream.on('error', () => undefined);
    taken = isTooLong ? refuseFields() : take(fields, { stream, filename: filename ?? '', type });
    taken.catch(() => stream.resume());
  });
  try {
    await pipeline(body.iterator({ destroyOnReturn: false }), busboy);
  } catch (error) {
    file?.destroy(error instanceof Error ? error : new Error(String(error)));
    await taken;
    throw error;
  }
  if (taken === undefined) throw invalidArgument('file', '', 'The form has no field named file.');
  return taken;
}

async function refuseFields(): Promise<never> {
  throw new OssError('FieldItemTooLong');
}

function openBusboy(
  given: Readonly<Record<string, string>>,
  isPartAFile: (name: string | undefined) => boolean,
) {
  const headers: BusboyHeaders = { ...given, 'content-type': given['content-type'] ?? '' };
  try {
    return new Busboy({ headers, limits: LIMITS, isPartAFile });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : 'The form cannot be read.';
    throw invalidArgument('Content-Type', headers['content-type'], message);
  }
}
