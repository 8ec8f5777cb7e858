import { rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';

const MEGAPIXELS = {
  '12mp': [4000, 3000],
  '48mp': [8000, 6000],
  '108mp': [12_000, 9000],
} as const;

/** Written under another name first, so that a run that was stopped leaves no half a picture. */
async function once(path: string, draw: () => Promise<Sharp> | Sharp): Promise<void> {
  if (await stat(path).catch(() => undefined)) return;
  const pipeline = await draw();
  const unfinished = join(dirname(path), `unfinished-${process.pid}`);
  await pipeline.toFile(unfinished);
  await rename(unfinished, path);
}

/** Enlarged with grain on top: at full size a phone's 108 megapixels are as soft and as noisy. */
function enlarged(photo: string, width: number, height: number): Sharp {
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 6 };
  const grain = {
    create: { width: 1000, height: 1000, channels: 3 as const, background: '#808080', noise },
  };
  return sharp(photo, { limitInputPixels: false })
    .resize(width, height)
    .composite([{ input: grain, tile: true, blend: 'soft-light' }]);
}

async function animation(photo: string): Promise<Sharp> {
  const frames = await Promise.all(
    Array.from({ length: 24 }, (_, frame) =>
      sharp(photo)
        .resize(1200)
        .extract({ left: 20 * frame, top: 5 * frame, width: 640, height: 480 })
        .png()
        .toBuffer(),
    ),
  );
  return sharp(frames, { join: { animated: true } });
}

const { photo, folder } = JSON.parse(process.argv[2] ?? '{}') as { photo: string; folder: string };
const delay = 80;
for (const [name, [width, height]] of Object.entries(MEGAPIXELS)) {
  const jpeg = { quality: 95 };
  const draw = () =>
    name === '12mp' ? sharp(photo).resize(width, height) : enlarged(photo, width, height);
  await once(join(folder, `${name}.jpg`), () => draw().jpeg(jpeg));
}
for (const name of ['12mp', '108mp']) {
  const from = () => sharp(join(folder, `${name}.jpg`), { limitInputPixels: false });
  await once(join(folder, `${name}-progressive.jpg`), () =>
    from().jpeg({ quality: 95, progressive: true }),
  );
}
// libpng chooses a filter for each row unless told otherwise, and so does Android; sharp writes none.
await once(join(folder, '12mp.png'), () =>
  sharp(join(folder, '12mp.jpg')).png({ adaptiveFiltering: true }),
);
await once(join(folder, '12mp-unfiltered.png'), () => sharp(join(folder, '12mp.jpg')).png());
await once(join(folder, 'small.jpg'), () => sharp(photo).resize(640).jpeg());
await once(join(folder, 'animated.gif'), async () =>
  (await animation(photo)).gif({ delay, effort: 3 }),
);
await once(join(folder, 'animated.webp'), async () =>
  (await animation(photo)).webp({ delay, quality: 80 }),
);
console.log('{}');
