import { beforeEach, describe, expect, it } from 'vitest';
import { sha256Of } from '../../../../shared/core/list/fingerprint.ts';
import { REJECTED_KEY } from '../../../../shared/core/work/in-force.ts';
import { acceptedKey } from '../../../../shared/core/watermark/accepted.ts';
import { backfill } from '../../../../shared/pipeline/bulk/backfill.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { advanceEdit } from '../../../../shared/pipeline/edits/advance-edit.ts';
import { lookAt } from '../../../../shared/pipeline/inspect/survey.ts';
import { type TestDesk, testDesk } from '../../../support/desks.ts';
import { chinese, logo } from '../../../support/marks.ts';

const LIST = `
version: 1
retain: 1h
rules: [{ match: '**', presets: [marked, plain] }]
presets:
  - name: marked
    widths: [480]
    formats: { jpeg: {} }
    watermark:
      - { image: marks/logo.png, size: 10 }
      - { text: '@{user}', font: fonts/zh.ttf, size: 5 }
  - { name: plain, widths: [100], formats: { jpeg: {} } }
`;
const LONG_AGO = new Date('2026-11-23T09:00:00.000Z');

let desk: TestDesk;
let first: Buffer;

beforeEach(async () => {
  desk = testDesk();
  first = await logo();
  desk.config.upload('marks/logo.png', first);
  desk.config.upload('fonts/zh.ttf', chinese());
  desk.write(LIST);
  await advanceEdit(desk);
  desk.darkroom.originals.upload('a.jpg', 'jpeg 1600x1200', LONG_AGO);
  await reconcile('a.jpg', desk.darkroom);
});

const inForce = () => desk.inForce()?.list.presets[0]?.watermark?.[0]?.sha256;
const manifest = () => desk.darkroom.manifest('a.jpg');
const keyOf = (preset: string) => manifest()?.variants.find(one => one.preset === preset)?.key;

describe('a list with a watermark', () => {
  it('is in force with the hashes of its files, which are copied before', () => {
    expect(inForce()).toEqual([sha256Of(first)]);
    expect(desk.config.objects.get(acceptedKey(sha256Of(first)))?.bytes).toEqual(first);
    const puts = desk.config.calls.flatMap(({ operation, key }) =>
      operation === 'put' ? key : [],
    );
    const copied = puts.indexOf(acceptedKey(sha256Of(first)));
    expect(copied).toBeGreaterThanOrEqual(0);
    expect(copied).toBeLessThan(puts.indexOf('presets.in-force.json'));
  });

  it('reads no file again that is as it was', async () => {
    desk.config.calls.length = 0;
    await advanceEdit(desk);
    const read = desk.config.calls.filter(({ operation }) => operation === 'get');
    expect(read.map(({ key }) => key).filter(key => /^(marks|fonts)\//.test(key))).toEqual([]);
  });

  it('is edited by another file under the same path: new keys, and the former bytes are kept', async () => {
    const [marked, plain] = [keyOf('marked'), keyOf('plain')];
    desk.config.upload('marks/logo.png', await logo('#ff0000'));
    await advanceEdit(desk);
    expect(inForce()).not.toEqual([sha256Of(first)]);
    expect(keyOf('marked')).not.toBe(marked);
    expect(keyOf('plain')).toBe(plain);
    expect(manifest()?.retired.map(({ key }) => key)).toEqual([marked]);
    expect(desk.config.objects.has(acceptedKey(sha256Of(first)))).toBe(true);
  });

  it.each([
    ['is gone', undefined, 'expected an image at this path, there is none (marks/logo.png)'],
    ['is no image', 'no image', 'bytes of no known picture format (marks/logo.png)'],
    [
      'is too large',
      Buffer.alloc(2_000_001),
      'expected at most 2 MB, it has 2000001 bytes (marks/logo.png)',
    ],
  ])(
    'whose image %s is refused with its place, and the former stays in force',
    async (_, bytes, sentence) => {
      if (bytes) desk.config.upload('marks/logo.png', bytes);
      else desk.config.objects.delete('marks/logo.png');
      await advanceEdit(desk);
      expect(inForce()).toEqual([sha256Of(first)]);
      const { problems } = JSON.parse(String(desk.config.objects.get(REJECTED_KEY)?.bytes));
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(/^presets\.yaml:10:\d+ presets\[0\]\.watermark\[0\]\.image: /);
      expect(problems[0]).toContain(sentence);
    },
  );

  it('whose fonts are more than an instance keeps is refused', async () => {
    const padded = (bytes: number) => Buffer.concat([chinese(), Buffer.alloc(bytes)]);
    desk.config.upload('fonts/zh.ttf', padded(20e6));
    desk.config.upload('fonts/wide.ttf', padded(19e6));
    desk.write(
      LIST.replace('font: fonts/zh.ttf,', 'font: fonts/zh.ttf, fallback: [fonts/wide.ttf],'),
    );
    await advanceEdit(desk);
    const { problems } = JSON.parse(String(desk.config.objects.get(REJECTED_KEY)?.bytes));
    expect(problems).toEqual([
      expect.stringMatching(
        /expected images and fonts of at most 48 MB together, they have \d{8} bytes \(marks\/logo\.png, fonts\/zh\.ttf, fonts\/wide\.ttf\)$/,
      ),
    ]);
  });
});

describe('what is said of an original', () => {
  it('makes the marked files alone anew, by a backfill, and no word of it is in the manifest', async () => {
    const [marked, plain] = [keyOf('marked'), keyOf('plain')];
    desk.darkroom.originals.sayWords('a.jpg', { user: 'Anna' });
    await backfill({ keys: ['a.jpg'], mode: 'settle' }, desk.darkroom, desk.config);
    expect(keyOf('marked')).not.toBe(marked);
    expect(keyOf('plain')).toBe(plain);
    expect(manifest()?.original.said).toMatch(/^[0-9a-f]{10}$/);
    expect(JSON.stringify(manifest())).not.toContain('Anna');
  });

  it('leaves a set settled that says it already, and verify finds it whole', async () => {
    desk.darkroom.originals.sayWords('a.jpg', { user: 'Anna' }, LONG_AGO);
    await reconcile('a.jpg', desk.darkroom);
    expect(await reconcile('a.jpg', desk.darkroom)).toMatchObject({ outcome: 'settled' });
    const { originals, derivatives, listInForce, now } = desk.darkroom;
    const presets = await listInForce.current();
    for await (const listed of originals.list('')) {
      if (!('key' in listed)) continue;
      const { status } = await lookAt('a.jpg', listed, { originals, derivatives, presets, now });
      expect(status.variants.map(({ state }) => state)).toEqual(['rendered', 'rendered']);
      expect(status.variants.some(({ lacks, unshown }) => lacks ?? unshown)).toBe(false);
    }
  });

  it('is told where no font has its characters, and the file is made without them', async () => {
    desk.darkroom.originals.sayWords('a.jpg', { user: 'A😀' });
    await reconcile('a.jpg', desk.darkroom);
    const variant = manifest()?.variants.find(one => one.preset === 'marked');
    expect(variant).toMatchObject({ state: 'rendered', unshown: ['U+1F600'] });
  });

  it('fails the files of a text that must not be left out, and no others', async () => {
    desk.write(LIST.replace('font: fonts/zh.ttf,', 'font: fonts/zh.ttf, missing: fail,'));
    await advanceEdit(desk);
    const states = manifest()?.variants.map(({ preset, state }) => [preset, state]);
    expect(states).toEqual([
      ['marked', 'failed'],
      ['plain', 'rendered'],
    ]);
    expect(manifest()?.variants[0]).toMatchObject({
      reason: 'VARIANT_UNRENDERABLE',
      message: 'expected {user} to be said for the watermark (missing: fail)',
    });
    desk.darkroom.originals.sayWords('a.jpg', { user: 'Anna' });
    await reconcile('a.jpg', desk.darkroom);
    expect(manifest()?.complete).toBe(true);
  });
});
