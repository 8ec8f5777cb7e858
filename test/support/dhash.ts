import sharp from 'sharp';

/** 64 bits of which neighbour is brighter: alike pictures differ in few, whatever their encoder. */
async function dHash(file: Buffer): Promise<boolean[]> {
  const { data } = await sharp(file)
    .greyscale()
    .resize(9, 8, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Array.from({ length: 64 }, (_, bit) => {
    const at = Math.floor(bit / 8) * 9 + (bit % 8);
    return (data[at] ?? 0) > (data[at + 1] ?? 0);
  });
}

/** How many of the 64 bits differ. */
export async function distance(a: Buffer, b: Buffer): Promise<number> {
  const [one, other] = await Promise.all([dHash(a), dHash(b)]);
  return one.filter((bit, index) => bit !== other[index]).length;
}
