import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const BESIDE = resolve(import.meta.dirname, '../../../shared/photos');

/** A folder of real and hostile pictures with a manifest.json that says what they are, where there is one. */
export const photosFolder =
  process.env.DARKROOM_PHOTOS ?? (existsSync(BESIDE) ? BESIDE : undefined);
