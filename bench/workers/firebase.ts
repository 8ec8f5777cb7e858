import { join } from 'node:path';
import sharp from 'sharp';
import type { Output, Request } from '../request.ts';
import { answer } from './answer.ts';
import { warm } from './warm.ts';

/**
 * What Firebase's "Resize Images" does with each output, all of them started together: resize to a buffer in
 * the format of the original, convert that, and write the file by encoding once more with sharp's defaults.
 */
async function make(file: string, scratch: string, { width, format, options }: Output) {
  const resized = await sharp(file, { failOn: 'none' })
    .rotate()
    .resize(width, width, { fit: 'inside', withoutEnlargement: true })
    .toBuffer();
  const converted = await sharp(resized).toFormat(format, options).toBuffer();
  await sharp(converted).toFile(join(scratch, `${width}.${format}`));
}

await answer({
  prepare: request => warm((file, outputs) => run({ ...request, files: [file], outputs }))(request),
  run,
});

async function run({ files: [file = ''], outputs, scratch }: Request) {
  await Promise.all(outputs.map(output => make(file, scratch, output)));
  return { files: outputs.length };
}
