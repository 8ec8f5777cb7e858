import { readFileSync } from 'node:fs';
import sharp, { type JpegOptions } from 'sharp';
import { describe, expect, it } from 'vitest';
import { gainMapIn } from '../../../../shared/core/picture/gain-map.ts';
import { segmentsOf } from '../../../../shared/core/picture/jpeg.ts';
import { one, rendered } from '../../../support/developing.ts';
import { starfishPhoto, ultraHdr } from '../../../support/originals.ts';

/** ITU-T T.81, B.2.4.1 */
const DQT = 0xdb;

function tablesOf(jpeg: Buffer): string[] {
  return [...segmentsOf(jpeg)]
    .filter(({ marker }) => marker === DQT)
    .map(({ data }) => data.toString('hex'));
}

async function tablesBySharp(options: JpegOptions): Promise<string[]> {
  const grey = { width: 16, height: 16, channels: 3 as const, background: '#777777' };
  return tablesOf(await sharp({ create: grey }).jpeg(options).toBuffer());
}

const photo = readFileSync(starfishPhoto);

describe('the quantisation table of a JPEG', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])('is the one that the list says: %i', async table => {
    const list = one(
      `widths: [64], formats: { jpeg: { quality: 79, quantisationTable: ${table} } }`,
    );
    const expected = await tablesBySharp({ quality: 79, quantisationTable: table });
    expect(tablesOf(await rendered(photo, list))).toEqual(expected);
  });

  it.each([
    ['is 0 where the list says none', '', 0],
    ['is 3 with mozjpeg', ', mozjpeg: true', 3],
    ['is the one that the list says, with mozjpeg too', ', mozjpeg: true, quantisationTable: 2', 2],
    ['is 0 with mozjpeg where the list says so', ', mozjpeg: true, quantisationTable: 0', 0],
  ])('%s', async (_, settings, table) => {
    const list = one(`widths: [64], formats: { jpeg: { quality: 79${settings} } }`);
    const expected = await tablesBySharp({ quality: 79, quantisationTable: table });
    expect(tablesOf(await rendered(photo, list))).toEqual(expected);
  });

  it('is that of the picture and of its gain map in Ultra HDR', async () => {
    const list = one(
      'widths: [64], hdr: keep, formats: { jpeg: { quality: 79, quantisationTable: 2 } }',
    );
    const output = await rendered(await ultraHdr(), list);
    const expected = await tablesBySharp({ quality: 79, quantisationTable: 2 });
    expect(tablesOf(output)).toEqual(expected);
    const map = gainMapIn(output);
    if (!map || map === 'unreadable') throw new Error('no gain map');
    // A grey map has the table of light alone.
    expect(expected).toContain(tablesOf(map.image)[0]);
  });

  it('makes fewer bytes of a photo at nearly the same quality', async () => {
    const of = (settings: string) =>
      rendered(photo, one(`widths: [480], formats: { jpeg: { ${settings} } }`));
    const [plain, tuned] = await Promise.all([
      of('quality: 80'),
      of('quality: 79, quantisationTable: 2'),
    ]);
    expect(tuned.length).toBeLessThan(0.97 * plain.length);
  });
});
