import parseApng, { type APNG } from 'apng-js';
import { Failure } from '../../core/failure.ts';
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
  const bytes = new Uint8Array(file).buffer;
  const parsed = defaultOf(parseApng)(bytes);
  if (!(parsed instanceof Error)) return parsed;
  throw new Failure('VARIANT_UNRENDERABLE', 'expected a whole APNG', { cause: parsed });
}

/** A CommonJS module with an ES default: how it arrives depends on who loads it, Node or a bundler. */
function defaultOf<T>(module: T | { default: T }): T {
  return typeof module === 'object' && module !== null && 'default' in module
    ? (module.default as T)
    : (module as T);
}
