import type { StorageClass } from './attributes.ts';
import { OssError } from './errors.ts';
import type { StoredObject } from './storage.ts';

const FROZEN: readonly (StorageClass | undefined)[] = ['Archive', 'ColdArchive', 'DeepColdArchive'];

export type RestoreState = 'never' | 'frozen' | 'ongoing' | 'restored';

/** `never`: of a class that is always readable. */
export function restoreState({ storageClass, restore }: StoredObject, now: number): RestoreState {
  if (!FROZEN.includes(storageClass)) return 'never';
  if (!restore || restore.until <= now) return 'frozen';
  return restore.readyAt <= now ? 'restored' : 'ongoing';
}

/** Throws where the bytes cannot be read before the object is restored. */
export function checkReadable(object: StoredObject, now: number): void {
  const state = restoreState(object, now);
  if (state === 'never' || state === 'restored') return;
  throw new OssError('InvalidObjectState', undefined, { ObjectName: object.key });
}

/** As a HEAD and a listing tell it; nothing of an object that nobody restored. */
export function restoreInfo(object: StoredObject, now: number): string | undefined {
  const state = restoreState(object, now);
  if (state === 'ongoing') return 'ongoing-request="true"';
  if (state !== 'restored' || !object.restore) return undefined;
  const expiry = new Date(object.restore.until).toUTCString();
  return `ongoing-request="false", expiry-date="${expiry}"`;
}
