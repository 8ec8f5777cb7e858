import { describe, expect, it } from 'vitest';
import { colourOf, type Pixels } from '../../../../shared/core/picture/colour.ts';
import { type Told, toldBy } from '../../../../shared/core/picture/colour-told.ts';
import { isoColourOf } from '../../../../shared/core/picture/iso-media.ts';
import { lightOf, toneGain, transferOf } from '../../../../shared/core/picture/transfer.ts';

/** A header, a table of no tags: it says whose pixels it is for, and nothing of them. */
function profileOf(space: string, kind = 'mntr'): Buffer {
  const icc = Buffer.alloc(132);
  icc.write(kind, 12, 'latin1');
  icc.write(space, 16, 'latin1');
  return icc;
}

const rgb = (icc?: Buffer): Pixels => ({ space: 'srgb', depth: 'uchar', icc });
const grey16 = (icc?: Buffer): Pixels => ({ space: 'grey16', depth: 'ushort', icc });
const P3 = { primaries: 12, transfer: 13 };
const RGB = profileOf('RGB ');

describe('what a picture’s numbers mean', () => {
  it.each<[string, Told, Pixels, string, boolean]>([
    ['nothing said', {}, rgb(), 'srgb', false],
    ['CICP of P3', { cicp: P3 }, rgb(), 'numbers', true],
    ['CICP of BT.2020 in PQ', { cicp: { primaries: 9, transfer: 16 } }, rgb(), 'numbers', true],
    [
      'CICP of sRGB before a profile',
      { cicp: { primaries: 1, transfer: 13 } },
      rgb(RGB),
      'srgb',
      false,
    ],
    [
      'half a CICP before a profile',
      { cicp: { primaries: 12, transfer: 2 } },
      rgb(RGB),
      'profile',
      false,
    ],
    ['a reserved CICP', { cicp: { primaries: 200, transfer: 13 } }, rgb(), 'srgb', false],
    ['a profile before sRGB and gAMA', { isSrgb: true, gamma: 1 }, rgb(RGB), 'profile', false],
    ['a profile for Lab', {}, rgb(profileOf('Lab ')), 'srgb', false],
    ['a profile that links devices', {}, rgb(profileOf('RGB ', 'link')), 'srgb', false],
    ['a profile cut short', {}, rgb(RGB.subarray(0, 100)), 'srgb', false],
    ['a profile of grey for RGB', {}, rgb(profileOf('GRAY')), 'srgb', false],
    ['one of RGB for CMYK', {}, { ...rgb(RGB), space: 'cmyk' }, 'srgb', false],
    ['one of grey without a curve for 16 bits', {}, grey16(profileOf('GRAY')), 'srgb', false],
    ['sRGB before gAMA', { isSrgb: true, gamma: 1 }, rgb(), 'srgb', false],
    ['gAMA', { gamma: 1 }, rgb(), 'numbers', false],
    ['gAMA of sRGB', { gamma: 0.454_55 }, rgb(), 'srgb', false],
    ['gAMA of nothing', { gamma: 0 }, rgb(), 'srgb', false],
  ])('%s', (_, told, pixels, by, isWide) => {
    expect(colourOf(told, pixels)).toMatchObject({ by, isWide });
  });

  it.each([0, 1, 7, 20, 33, 60])('is read from a file of %i bytes', bytes => {
    const file = Buffer.alloc(bytes, 0xff);
    for (const format of ['png', 'avif', 'heic', 'jpeg'] as const)
      expect(toldBy(file, format)).toEqual({});
  });
});

describe('the boxes of an AVIF', () => {
  const box = (type: string, ...parts: Buffer[]) => {
    const body = Buffer.concat(parts);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(body.length + 8, 0);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, body]);
  };
  const nclx = (primaries: number, range = 0x80) =>
    box('colr', Buffer.from([...Buffer.from('nclx'), 0, primaries, 0, 16, 0, 9, range]));
  const file = (properties: Buffer[], ipma: Buffer) => {
    const primary = box('pitm', Buffer.from([0, 0, 0, 0, 0, 7]));
    const iprp = box('iprp', box('ipco', ...properties), box('ipma', ipma));
    return Buffer.concat([box('ftyp'), box('meta', Buffer.alloc(4), primary, iprp)]);
  };
  const ofItems = (...items: number[][]) =>
    Buffer.from([0, 0, 0, 0, 0, 0, 0, items.length, ...items.flat()]);

  it('say the colour of the primary item, whatever others there are', () => {
    const ipma = ofItems([0, 1, 1, 1], [0, 7, 1, 0x82]);
    expect(isoColourOf(file([nclx(1), nclx(9)], ipma)).nclx?.primaries).toBe(9);
  });

  it('say that of a tile where the grid says none', () => {
    expect(isoColourOf(file([nclx(12)], ofItems([0, 1, 1, 1]))).nclx?.primaries).toBe(12);
  });

  it('say that grey is of limited range', () => {
    const grey = box('av1C', Buffer.from([0x81, 0, 0x1c, 0]));
    const limited = file([grey, nclx(1, 0)], ofItems([0, 7, 2, 1, 2]));
    expect(toldBy(limited, 'avif')).toMatchObject({ isMonochrome: true, isLimited: true });
    const full = file([grey, nclx(1)], ofItems([0, 7, 2, 1, 2]));
    expect(toldBy(full, 'avif').isLimited).toBeUndefined();
  });

  it('are read so far and no further, however many there are, and whatever they count', () => {
    const many = Array.from({ length: 10_000 }, () => nclx(9));
    const items = Buffer.concat([
      Buffer.from([0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]),
      Buffer.alloc(1e6),
    ]);
    expect(isoColourOf(file(many, items)).nclx?.primaries).toBe(9);
    const whole = file([nclx(9)], ofItems([0, 7, 255, 1]));
    for (let length = 0; length < whole.length; length += 1) isoColourOf(whole.subarray(0, length));
  });
});

describe('curves', () => {
  it.each([1, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 17, 18])('%i rises from black to white', code => {
    const light = lightOf(transferOf(code) ?? expect.fail());
    const values = Array.from({ length: 256 }, (_, at) => light(at / 255));
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect([values[0], values[255]]).toEqual([expect.closeTo(0, 2), expect.closeTo(1, 0)]);
  });

  it('of PQ are 10,000 cd/m² at most, 203 of which are white', () => {
    const light = lightOf({ kind: 'pq' });
    expect([light(0), light(1) * 203, light(0.58)]).toEqual([
      expect.closeTo(0, 6),
      expect.closeTo(10_000, 0),
      expect.closeTo(1, 1),
    ]);
  });

  it('of tones rise, half the light first, to white', () => {
    const shown = Array.from({ length: 500 }, (_, at) => (at / 10) * toneGain(at / 10));
    for (const [at, light] of shown.entries())
      expect(light).toBeGreaterThan((shown[at - 1] ?? 0) - 1e-9);
    expect([shown[5], shown.at(-1)]).toEqual([0.25, expect.closeTo(1, 6)]);
  });
});
