import parseApng, { type APNG } from 'apng-js';
import { Failure } from '../../core/failure.ts';
import { PNG_CHUNKS, pngChunks } from '../../core/picture/apng.ts';
import type { StoredAnimation } from '../../ports.ts';

const DISPOSE = ['none', 'background', 'previous'] as const;
const BLEND = ['source', 'over'] as const;

export async function readApng(file: Buffer): Promise<StoredAnimation> {
  const parsed = parse(file);
  const frames = parsed.frames.map(async frame => {
    const { left, top, width, height, delay } = frame;
    if (left + width > parsed.width || top + height > parsed.height || !frame.imageData) {
      throw new Failure('VARIANT_UNRENDERABLE', 'expected frames within the canvas of an APNG');
    }
    return {
      left,
      top,
      width,
      height,
      delay: Math.round(delay),
      blend: BLEND[frame.blendOp] ?? 'source',
      dispose: DISPOSE[frame.disposeOp] ?? 'none',
      png: Buffer.from(await frame.imageData.arrayBuffer()),
    };
  });
  return {
    width: parsed.width,
    height: parsed.height,
    loop: parsed.numPlays,
    frames: await Promise.all(frames),
  };
}

function parse(file: Buffer): APNG {
  const parsed = isWithinItself(file) ? parsedBy(file) : undefined;
  if (parsed && !(parsed instanceof Error)) return parsed;
  throw new Failure('VARIANT_UNRENDERABLE', 'expected a whole APNG', { cause: parsed });
}

/** Its own code throws what it stumbles over. */
function parsedBy(file: Buffer): APNG | Error {
  try {
    return defaultOf(parseApng)(new Uint8Array(file).buffer);
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
}

/** apng-js takes memory for as many bytes as a chunk says it has: 800 MB for a file of 400 bytes. */
function isWithinItself(file: Buffer): boolean {
  for (const { type, at, bytes } of pngChunks(file)) {
    if (at + bytes + CRC_BYTES > file.length) return false;
    if (type === PNG_CHUNKS.IEND) return true;
  }
  return false;
}

const CRC_BYTES = 4;

/** A CommonJS module with an ES default: how it arrives depends on who loads it, Node or a bundler. */
function defaultOf<T>(module: T | { default: T }): T {
  return typeof module === 'object' && module !== null && 'default' in module
    ? (module.default as T)
    : (module as T);
}
