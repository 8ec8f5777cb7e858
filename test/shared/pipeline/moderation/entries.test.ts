import { describe, expect, it } from 'vitest';
import { manifestKey } from '../../../../shared/core/set/keys.ts';
import { type Mode, modes } from '../../../../shared/core/work/run.ts';
import { backfill } from '../../../../shared/pipeline/bulk/backfill.ts';
import { reconcileAll } from '../../../../shared/pipeline/develop/reconcile-each.ts';
import { answerAuto } from '../../../../shared/pipeline/serve/auto.ts';
import { answerMiss } from '../../../../shared/pipeline/serve/miss.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { moderated, SMALL } from '../../../support/preset-lists.ts';
import { SILENT_CLIENT } from '../../../support/silent-client.ts';

/** Whatever wakes us, nothing is published of what is blocked or held. */

const LIST = moderated(SMALL);
const EDITED = LIST.replace('[480, 1080]', '[480, 900]');
const KEY = 'a.jpg';
const PICTURES = [
  ['blocked', 'jpeg 1600x1200 label violent_gore 95 high'],
  ['held', 'jpeg 1600x1200 label violent_gore 40 low'],
] as const;

const upload = async (darkroom: TestDarkroom, more: object = {}) =>
  await reconcileAll([KEY], { ...darkroom, ...more });

/** Of every file of the list in force, as a client knows them. */
async function urlsOf(text: string, yaml: string): Promise<string[]> {
  const unseen = testDarkroom(yaml.replaceAll(/, moderate: \{[^}]*\}/g, ''));
  unseen.originals.upload(KEY, text);
  await upload(unseen);
  return (unseen.manifest(KEY)?.variants ?? []).map(({ key }) => key);
}

type Entry = (darkroom: TestDarkroom, text: string) => Promise<unknown>;

const entries: Record<string, Entry> = {
  'an upload whose event comes again': darkroom => upload(darkroom),
  'a retry': darkroom => upload(darkroom, { attempt: 2 }),
  'a replay': darkroom => upload(darkroom, { replayedAt: '2026-11-24T00:00:00.000Z' }),
  'a run that doubts what it finds': darkroom => upload(darkroom, { isDoubted: true }),
  'an upload under pressure': darkroom => upload(darkroom, { waitedMs: 60_000 }),
  'a rollout': async darkroom => {
    darkroom.edit(EDITED);
    const run = { id: 'r', task: 't', planned: 3, startedAt: '2026-11-23T11:00:00.000Z' };
    await backfill({ keys: [KEY], mode: 'settle', run }, darkroom, darkroom.config);
  },
  'a view of each file': async (darkroom, text) => {
    const urls = await urlsOf(text, LIST);
    expect(urls.length).toBe(5);
    for (const url of urls) expect(await answerMiss(url, darkroom)).toEqual({ found: 'nothing' });
  },
  'a view by /auto/': async darkroom => {
    const asked = { preset: 'feed', original: KEY };
    const { found } = await answerAuto(asked, SILENT_CLIENT, darkroom);
    expect(found).toBe('nothing');
  },
};
for (const mode of modes) {
  entries[`a backfill in the mode ${mode satisfies Mode}`] = darkroom =>
    backfill({ keys: [KEY], mode }, darkroom, darkroom.config);
}

describe.each(PICTURES)('a picture that is %s', (state, text) => {
  it.each(Object.entries(entries))('is not published by %s', async (_, enter) => {
    const darkroom = testDarkroom(LIST);
    darkroom.originals.upload(KEY, text);
    darkroom.attempt = undefined;
    await upload(darkroom);
    await enter(darkroom, text);
    expect(darkroom.derivatives.keys()).toEqual([manifestKey(KEY)]);
    expect(darkroom.manifest(KEY)).toMatchObject({ state, variants: [] });
    expect(darkroom.moderation.moderator.asked).toHaveLength(1);
  });

  it.each(Object.entries(entries))('is not, where it is met first, by %s', async (_, enter) => {
    const darkroom = testDarkroom(LIST);
    darkroom.originals.upload(KEY, text);
    await enter(darkroom, text);
    const files = darkroom.derivatives.keys().filter(key => key !== manifestKey(KEY));
    expect(files).toEqual([]);
    const puts = darkroom.derivatives.calls.filter(({ operation }) => operation === 'put');
    expect(new Set(puts.map(({ key }) => key)).size).toBeLessThanOrEqual(1);
  });
});
