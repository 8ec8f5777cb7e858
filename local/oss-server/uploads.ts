import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Attributes } from './attributes.ts';
import { type Clock, stageRecord } from './blobs.ts';
import { OssError } from './errors.ts';
import { type Layout, readRecords } from './layout.ts';

export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly initiated: number;
  readonly attributes?: Attributes;
}

export interface Part {
  readonly number: number;
  readonly blob: string;
  readonly size: number;
  readonly etag: string;
  readonly crc64: string;
  readonly lastModified: number;
}

export interface OpenUpload {
  readonly upload: Upload;
  readonly parts: Map<number, Part>;
  /** While it is being completed, its parts must not move. */
  sealed: boolean;
}

export interface UploadStorage {
  all(): OpenUpload[];
  /** Throws NoSuchUpload, also for an upload of another key or one that is being completed. */
  find(id: string, key: string): OpenUpload;
  start(key: string, headers: Upload['headers'], attributes: Attributes): Promise<Upload>;
  addPart(open: OpenUpload, part: Part): Promise<void>;
  remove(open: OpenUpload): Promise<void>;
}

export function openUploads(layout: Layout, now: Clock): UploadStorage {
  const uploads = new Map(loadUploads(layout).map(open => [open.upload.id, open]));
  return {
    all: () => [...uploads.values()],
    find(id, key) {
      const open = uploads.get(id);
      if (!open || open.upload.key !== key || open.sealed) {
        throw new OssError('NoSuchUpload', undefined, { UploadId: id });
      }
      return open;
    },
    async start(key, headers, attributes) {
      const initiated = now();
      const upload = { id: nextUploadId(initiated), key, headers, initiated, attributes };
      const staged = await stageRecord(layout.temp, upload);
      mkdirSync(dirname(layout.upload(upload.id)));
      renameSync(staged, layout.upload(upload.id));
      uploads.set(upload.id, { upload, parts: new Map(), sealed: false });
      return upload;
    },
    addPart: (open, part) => addPart(layout, open, part, () => uploads.has(open.upload.id)),
    async remove(open) {
      uploads.delete(open.upload.id);
      rmSync(layout.upload(open.upload.id), { force: true });
      await rm(dirname(layout.upload(open.upload.id)), { recursive: true, force: true });
      for (const part of open.parts.values()) await rm(layout.blob(part.blob), { force: true });
    },
  };
}

async function addPart(layout: Layout, open: OpenUpload, part: Part, isOpen: () => boolean) {
  const discard = () => rm(layout.blob(part.blob), { force: true });
  const staged = await stageRecord(layout.temp, part).catch(async error => {
    await discard();
    throw error;
  });
  if (!isOpen() || open.sealed) {
    await rm(staged, { force: true });
    await discard();
    throw new OssError('NoSuchUpload', undefined, { UploadId: open.upload.id });
  }
  const previous = open.parts.get(part.number);
  renameSync(staged, layout.part(open.upload.id, part.number));
  open.parts.set(part.number, part);
  if (previous) await rm(layout.blob(previous.blob), { force: true });
}

function loadUploads(layout: Layout): OpenUpload[] {
  const found: OpenUpload[] = [];
  for (const id of readdirSync(layout.uploads)) {
    const directory = join(layout.uploads, id);
    if (existsSync(layout.upload(id))) {
      const [upload] = readRecords<Upload>(directory, 'upload');
      const parts = readRecords<Part>(directory, 'part-').map(part => [part.number, part] as const);
      if (upload) found.push({ upload, parts: new Map(parts), sealed: false });
    } else {
      rmSync(directory, { recursive: true, force: true });
    }
  }
  return found;
}

let issued = 0;

/** Ascending, also over a restart: listings are ordered by it, and clients compare. */
function nextUploadId(now: number): string {
  issued = Math.max(issued + 1, now * 1000);
  return (issued.toString(16).padStart(16, '0') + randomBytes(8).toString('hex')).toUpperCase();
}
