import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import { fingerprintOfList } from '../../../../shared/core/list/recipe.ts';
import { manifestKey } from '../../../../shared/core/set/keys.ts';
import type { Manifest } from '../../../../shared/core/set/manifest.ts';
import { unfinishedKey } from '../../../../shared/core/work/unfinished.ts';
import { backfill } from '../../../../shared/pipeline/bulk/backfill.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { lookAt } from '../../../../shared/pipeline/inspect/survey.ts';
import { answerMiss } from '../../../../shared/pipeline/serve/miss.ts';
import { codec } from '../../../support/codec.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { starfishPhoto } from '../../../support/originals.ts';
import { listOf } from '../../../support/preset-lists.ts';

const LIST = `
version: 1
pressure: { after: 20s }
rules: [{ match: 'raw/**', presets: [zoom] }, { match: '**', presets: [thumb, feed, zoom, later] }]
presets:
  - { name: thumb, urgent: true, widths: [100], aspect: '1:1', fit: cover, formats: { jpeg: {} } }
  - { name: feed, urgent: [480], widths: [480, 1080], formats: { jpeg: {}, webp: {} } }
  - { name: zoom, widths: [1400], formats: { jpeg: {} } }
  - { name: later, generate: on_demand, widths: [1500], formats: { jpeg: {} } }
`;
const KEY = 'a.jpg';
const LONG = { waitedMs: 20_001 };

function uploaded(key = KEY, list = LIST): TestDarkroom {
  const darkroom = testDarkroom(list);
  darkroom.originals.upload(key, 'jpeg 1600x1200', new Date('2026-11-23T09:00:00.000Z'));
  return darkroom;
}

const manifestIn = (darkroom: TestDarkroom, key = KEY) => darkroom.manifest(key) as Manifest;
/** `feed 480 jpeg` */
const namesIn = ({ variants }: Manifest, is: (one: Manifest['variants'][number]) => boolean) =>
  variants.filter(is).map(({ preset, width, format }) => `${preset} ${width} ${format}`);
const deferredIn = (darkroom: TestDarkroom) =>
  namesIn(manifestIn(darkroom), one => one.state === 'on_demand' && one.deferred === true);
const renderedIn = (darkroom: TestDarkroom) =>
  namesIn(manifestIn(darkroom), one => one.state === 'rendered');
const URGENT = ['feed 480 jpeg', 'feed 480 webp', 'thumb 100 jpeg'];
const REST = ['feed 1080 jpeg', 'feed 1080 webp', 'zoom 1400 jpeg'];
const sweepCalls = (darkroom: TestDarkroom) =>
  backfill({ keys: [KEY], mode: 'settle', isDoubted: true }, darkroom, darkroom.config);

describe('an upload whose event waited longer than `pressure` allows', () => {
  it('gets what is urgent, and the rest is left for whoever asks for it', async () => {
    const darkroom = uploaded();
    const report = await reconcile(KEY, { ...darkroom, ...LONG });
    expect(report).toMatchObject({ outcome: 'developed', state: 'ready', deferred: 3 });
    expect(report.manifest).toMatchObject({ complete: false });
    expect([renderedIn(darkroom), deferredIn(darkroom)]).toEqual([URGENT, REST]);
    expect(darkroom.codec.encoded).toHaveLength(3);
  });

  it.each([
    ['waited as long as is allowed', { waitedMs: 20_000 }, LIST],
    ['waited nobody knows how long', {}, LIST],
    ['waited under a list without pressure', LONG, LIST.replace('pressure: { after: 20s }', '')],
  ])('gets all where it %s', async (_, waited, list) => {
    const darkroom = uploaded(KEY, list);
    expect(await reconcile(KEY, { ...darkroom, ...waited })).not.toHaveProperty('deferred');
    expect(manifestIn(darkroom).complete).toBe(true);
    expect([...darkroom.config.keys()]).toEqual([]);
  });

  it('gets all where nothing of it is urgent', async () => {
    const darkroom = uploaded('raw/a.jpg');
    await reconcile('raw/a.jpg', { ...darkroom, ...LONG });
    expect(manifestIn(darkroom, 'raw/a.jpg').complete).toBe(true);
  });

  it('gets its smaller own width in place of an urgent one', async () => {
    const darkroom = testDarkroom(LIST);
    darkroom.originals.upload(KEY, 'jpeg 400x300');
    await reconcile(KEY, { ...darkroom, ...LONG });
    expect(renderedIn(darkroom)).toEqual(['feed 400 jpeg', 'feed 400 webp', 'thumb 100 jpeg']);
  });

  it('is decoded at the size that it always is, so that each file has the bytes that it always has', async () => {
    const photo = readFileSync(starfishPhoto);
    const [pressed, calm] = [testDarkroom(LIST), testDarkroom(LIST)];
    for (const darkroom of [pressed, calm]) {
      darkroom.codec = Object.assign(darkroom.codec, codec);
      darkroom.originals.upload(KEY, photo);
    }
    await reconcile(KEY, { ...pressed, ...LONG });
    await sweepCalls(pressed);
    await reconcile(KEY, calm);
    expect(pressed.derivatives.keys()).toEqual(calm.derivatives.keys());
    for (const key of calm.derivatives.keys()) {
      if (key === manifestKey(KEY)) continue;
      const bytes = calm.derivatives.objects.get(key)?.bytes;
      expect(pressed.derivatives.objects.get(key)?.bytes.equals(bytes ?? Buffer.of())).toBe(true);
    }
  });
});

describe('what was left for later', () => {
  async function pressed(): Promise<TestDarkroom> {
    const darkroom = uploaded();
    await reconcile(KEY, { ...darkroom, ...LONG });
    return darkroom;
  }

  it('is noted before the commit, so that the sweep knows of it however the run ends', async () => {
    const darkroom = uploaded();
    darkroom.derivatives.before = ({ operation, key }) => {
      if (operation !== 'put' || key !== manifestKey(KEY)) return;
      expect(darkroom.config.objects.has(unfinishedKey(KEY))).toBe(true);
      throw new Failure('ORIGINAL_CHANGED', 'as if killed');
    };
    await expect(reconcile(KEY, { ...darkroom, ...LONG })).rejects.toThrow();
  });

  it('is made by the run that the sweep asks for, which takes the note back', async () => {
    const darkroom = await pressed();
    expect(darkroom.config.objects.has(unfinishedKey(KEY))).toBe(true);
    const before = darkroom.codec.encoded.length;
    darkroom.at('2026-11-23T11:00:01.000Z');
    await sweepCalls(darkroom);
    expect(darkroom.codec.encoded.slice(before)).toHaveLength(REST.length);
    expect(manifestIn(darkroom).complete).toBe(true);
    expect([deferredIn(darkroom), darkroom.config.keys()]).toEqual([[], []]);
  });

  it('stays left where the event is delivered twice, and costs no pixel then', async () => {
    const darkroom = await pressed();
    const { decodes } = (await reconcile(KEY, { ...darkroom, ...LONG })).spent;
    expect([decodes, deferredIn(darkroom)]).toEqual([0, REST]);
  });

  it('is made for the first who asks, and recorded as what it is', async () => {
    const darkroom = await pressed();
    const { variants } = manifestIn(darkroom);
    const asked = variants.find(one => one.preset === 'zoom')?.key ?? '';
    expect(await answerMiss(asked, darkroom)).toMatchObject({ found: 'file', isNew: true });
    darkroom.codec.encoded.length = 0;
    await backfill({ keys: [KEY], mode: 'settle', made: true }, darkroom, darkroom.config);
    expect(darkroom.codec.encoded).not.toContain(asked);
    expect(manifestIn(darkroom).complete).toBe(true);
  });

  it('is a gap that explain, status and verify name', async () => {
    const darkroom = await pressed();
    const list = listOf(LIST);
    const presets = { list, fingerprint: fingerprintOfList(list) };
    const original = await darkroom.originals.head(KEY);
    const { status } = await lookAt(KEY, original && { ...original, key: KEY }, {
      ...darkroom,
      presets,
    });
    const gap = status.variants.find(({ preset }) => preset === 'zoom');
    expect(gap).toMatchObject({
      state: 'missing',
      why: 'left for later, since its upload had waited long: a view makes it at once, a sweep within a day',
    });
  });

  it('is a gap no more where an edit has it made on demand', async () => {
    const darkroom = await pressed();
    const all = LIST.replaceAll(
      /name: (feed|zoom), (urgent: \[480\], )?/g,
      'name: $1, generate: on_demand, ',
    );
    darkroom.edit(all);
    await reconcile(KEY, darkroom);
    expect([manifestIn(darkroom).complete, deferredIn(darkroom)]).toEqual([true, []]);
  });
});
