import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import type { Raster } from '../../shared/ports.ts';
import { answer } from './answer.ts';
import { similarityFrom } from './similarity.ts';

sharp.concurrency(1);
sharp.cache(false);

const WIDTH = 960;
const TIMES = 3;
const run = promisify(execFile);

/** One setting on one photo: CPU, bytes, and how near the decoded file comes to the pixels it was made from. */
await answer({
  run: async ({ files: [file = ''], outputs: [output], scratch, peers }) => {
    if (!output) return {};
    const { data, info } = await sharp(file)
      .autoOrient()
      .resize(WIDTH)
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const raster: Raster = { data, width: info.width, height: info.height, channels: 3 };
    const { width, height } = raster;
    const from = () => sharp(data, { raw: { width, height, channels: 3 } });
    const taken: number[] = [];
    let encoded: Buffer = Buffer.alloc(0);
    for (let time = 0; time < TIMES; time += 1) {
      const before = process.cpuUsage();
      encoded = await from().toFormat(output.format, output.options).toBuffer();
      const { user, system } = process.cpuUsage(before);
      taken.push((user + system) / 1000);
    }
    const direct = await sharp(encoded).toColourspace('srgb').removeAlpha().raw().toBuffer();
    const ssim = similarityFrom(createRequire(peers))({ ...raster, direct });
    const decoded = sharp(direct, { raw: { width, height, channels: 3 } });
    const pair = [join(scratch, 'a.png'), join(scratch, 'b.png')] as const;
    await writeFile(pair[0], await from().png({ compressionLevel: 1 }).toBuffer());
    await writeFile(pair[1], await decoded.png({ compressionLevel: 1 }).toBuffer());
    return { ms: Math.min(...taken), bytes: encoded.length, ssim, ...(await butteraugli(pair)) };
  },
});

/** From Debian's libjxl-devtools, where it is installed; smaller is nearer. */
async function butteraugli(pair: readonly [string, string]): Promise<Record<string, number>> {
  const answer = await run('butteraugli_main', [...pair]).catch(() => undefined);
  const distance = /3-norm: ([\d.]+)/.exec(answer?.stdout ?? '')?.[1];
  return distance === undefined ? {} : { butteraugli: Number(distance) };
}
