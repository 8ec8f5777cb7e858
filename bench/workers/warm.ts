import sharp from 'sharp';

/** Every sharp contender begins with libvips and its encoders loaded. */
export async function warm(): Promise<void> {
  const create = { width: 16, height: 16, channels: 3 as const, background: '#808080' };
  for (const format of ['jpeg', 'webp', 'avif'] as const) {
    const file = await sharp({ create }).toFormat(format, { effort: 0 }).toBuffer();
    await sharp(file).resize(8).raw().toBuffer();
  }
}
