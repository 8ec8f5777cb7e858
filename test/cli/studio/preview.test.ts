import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../../cli/cloud/connection.ts';
import { planBook } from '../../../cli/studio/lists.ts';
import { previewOf } from '../../../cli/studio/preview.ts';
import { fingerprintOfList } from '../../../shared/core/list/recipe.ts';
import { parseDerivativeKey } from '../../../shared/core/set/keys.ts';
import { IN_FORCE_KEY } from '../../../shared/core/work/in-force.ts';
import { reconcile } from '../../../shared/pipeline/develop/reconcile.ts';
import { codec } from '../../support/codec.ts';
import { testDarkroom } from '../../support/darkrooms.ts';
import { accepted, chinese, logo } from '../../support/marks.ts';
import { starfishPhoto } from '../../support/originals.ts';
import { listOf } from '../../support/preset-lists.ts';

/** Of real pixels, in a darkroom in memory. */

const KEY = 'p/a.jpg';
const yaml = `
version: 1
rules: [{ match: '**', presets: [thumb] }]
presets:
  - name: thumb
    widths: [120]
    aspect: '1:2'
    fit: cover
    gravity: attention
    formats: { png: {} }
    watermark:
      - { text: '{user}', font: fonts/a.ttf, size: 30 }
      - { image: marks/logo.png, size: 30, gravity: northwest }
`;
const darkroom = testDarkroom(yaml);
const connection = { ...darkroom, presetsKey: 'presets.yaml' } as unknown as Connection;
const files = async () => ({ 'fonts/a.ttf': chinese(), 'marks/logo.png': await logo() });

/** What an upload is developed into, by the list as it is accepted. */
async function developed(text: string): Promise<Buffer[]> {
  const { list, marks } = await accepted(text, await files());
  const named = { list, fingerprint: fingerprintOfList(list) };
  const listInForce = { current: async () => named, fresh: async () => named };
  const derivatives = testDarkroom(text).derivatives;
  await reconcile(KEY, { ...darkroom, codec, derivatives, listInForce, marks });
  return derivatives
    .keys()
    .filter(key => parseDerivativeKey(key))
    .map(key => derivatives.objects.get(key)?.bytes ?? Buffer.alloc(0));
}

async function previewed(text: string): Promise<Buffer[]> {
  const made = await previewOf({ text, key: KEY, preset: 'thumb' }, connection);
  return made.map(({ url }) => Buffer.from(url.split(',')[1] ?? '', 'base64'));
}

describe('a preview of an edited list', () => {
  beforeAll(async () => {
    darkroom.originals.upload(KEY, await sharp(starfishPhoto).resize(640).jpeg().toBuffer());
    for (const [path, bytes] of Object.entries(await files())) darkroom.config.upload(path, bytes);
    const list = listOf(yaml.replace(/ {4}watermark:[\s\S]+$/, ''));
    const about = { schema: 1, etag: 'E', promotedAt: '2026-11-23T09:00:00.000Z' };
    const inForce = { ...about, list, fingerprint: fingerprintOfList(list) };
    darkroom.config.upload(IN_FORCE_KEY, JSON.stringify(inForce));
  });

  it('draws what the config bucket has, and what the uploader said, where the uploader wants it cut', async () => {
    const unsaid = await previewed(yaml);
    expect(unsaid).toEqual(await developed(yaml));
    darkroom.originals.sayWords(KEY, { user: '张三' });
    const named = await previewed(yaml);
    expect(named).toEqual(await developed(yaml));
    expect(named).not.toEqual(unsaid);
    darkroom.originals.say(KEY, { x: 950, y: 500 });
    const cut = await previewed(yaml);
    expect(cut).toEqual(await developed(yaml));
    expect(cut).not.toEqual(named);
  });

  it('has what is left to views, too', async () => {
    const onDemand = yaml.replace('fit: cover', 'fit: cover\n    generate: on_demand');
    expect(await previewed(onDemand)).toEqual(await developed(yaml));
  });

  it('is planned with them', async () => {
    const plan = await planBook(connection).plan(yaml);
    expect(plan).toMatchObject({ originals: 1, files: 1, gigabytes: expect.any(Number) });
  });
});
