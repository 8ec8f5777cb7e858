import type { PlacedFrame } from './apng-frames.ts';
import { type GifFrame, gifFramesIn, hasColourToSpare, globalPaletteOf } from './gif.ts';
import type { Size } from './picture.ts';

/**
 * The frames of a GIF each as a GIF of its own, where its decoder would clear one to the colour of the background, and
 * no colour is left to tell it otherwise. Undefined of all others, and where one is not on the canvas.
 */
export function gifFramesApart(file: Buffer, canvas: Size): PlacedFrame[] | undefined {
  const frames = [...gifFramesIn(file)];
  const lacksOne = frames.some(
    frame => frame.dispose === 'background' && !hasColourToSpare(file, frame),
  );
  if (!lacksOne) return undefined;
  const apart = frames.map(frame => apartOf(file, frame));
  const areAllInside = apart.every(
    ({ left, top, width, height }) =>
      width > 0 && height > 0 && left + width <= canvas.width && top + height <= canvas.height,
  );
  return areAllInside ? apart : undefined;
}

const DESCRIPTOR_BYTES = 10;
const CONTROL_BYTES = 8;

function apartOf(file: Buffer, frame: GifFrame): PlacedFrame {
  const { at, end, control, dispose } = frame;
  const [left = 0, top = 0, width = 0, height = 0] = [1, 3, 5, 7].map(field =>
    file.readUInt16LE(at + field),
  );
  return {
    left,
    top,
    width,
    height,
    blend: 'over',
    dispose,
    file() {
      const screen = Buffer.from(file.subarray(0, 13));
      screen.writeUInt16LE(width, 6);
      screen.writeUInt16LE(height, 8);
      const descriptor = Buffer.from(file.subarray(at, at + DESCRIPTOR_BYTES));
      descriptor.fill(0, 1, 5);
      return Buffer.concat([
        screen,
        globalPaletteOf(file),
        control === undefined ? NOTHING : file.subarray(control, control + CONTROL_BYTES),
        descriptor,
        file.subarray(at + DESCRIPTOR_BYTES, end),
        TRAILER,
      ]);
    },
  };
}

const NOTHING = Buffer.alloc(0);
const TRAILER = Buffer.from([0x3b]);
