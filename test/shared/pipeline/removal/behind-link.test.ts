import { beforeEach, describe, expect, it } from 'vitest';
import { manifestKey } from '../../../../shared/core/set/keys.ts';
import { fingerprintOfList } from '../../../../shared/core/list/recipe.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { lookAt } from '../../../../shared/pipeline/inspect/survey.ts';
import { takeDown, undoTakeDown } from '../../../../shared/pipeline/removal/take-down.ts';
import { answerMiss } from '../../../../shared/pipeline/serve/miss.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';

const LIST = `
version: 1
rules: [{ match: 'secret/**', presets: none }, { match: '{p,users}/**', presets: [feed, later] }]
presets:
  - { name: feed, widths: [480], formats: { jpeg: {} } }
  - { name: later, generate: on_demand, widths: [200], formats: { jpeg: {} } }
`;
const BY = { by: 'me', reason: undefined };
const LINK = 'users/1/link.jpg';
const TARGET = 'p/a.jpg';

let darkroom: TestDarkroom;

beforeEach(() => {
  darkroom = testDarkroom(LIST);
  for (const key of [TARGET, 'secret/a.jpg', 'elsewhere/a.jpg']) {
    darkroom.originals.upload(key, `jpeg 1600x1200 ${key}`);
  }
});

const setOf = (key: string) => darkroom.derivatives.keys().filter(one => one.startsWith(`${key}/`));
const down = async () => await takeDown(TARGET, BY, darkroom);
const linked = async () => {
  darkroom.originals.link(LINK, TARGET);
  await reconcile(LINK, darkroom);
  const key = darkroom.manifest(LINK)?.variants.find(one => one.preset === 'later')?.key ?? '';
  expect(await answerMiss(key, darkroom)).toMatchObject({ found: 'file' });
  return key;
};
const statusOf = async () => {
  const { list } = await darkroom.listInForce.current();
  const presets = { list, fingerprint: fingerprintOfList(list) };
  const original = await darkroom.originals.head(LINK);
  return (await lookAt(LINK, original, { ...darkroom, presets })).status;
};

describe('a symlink', () => {
  it.each(['secret/a.jpg', 'elsewhere/a.jpg'])(
    'publishes nothing of %s, of which no rule asks for anything',
    async target => {
      darkroom.originals.link(LINK, target);
      const reason = `no rule of the preset list asks for ${target}, which it leads to`;
      expect(await reconcile(LINK, darkroom)).toMatchObject({ outcome: 'ignored', reason });
      expect(darkroom.derivatives.keys()).toEqual([]);
      expect(await statusOf()).toMatchObject({ variants: [], unasked: reason });
    },
  );

  it('tells nobody where it leads to', async () => {
    await linked();
    expect(String(darkroom.derivatives.objects.get(manifestKey(LINK))?.bytes)).not.toContain(
      TARGET,
    );
  });

  it('to a picture that was taken down publishes nothing any more, and is no take-down of its own', async () => {
    const key = await linked();
    await down();
    expect(await reconcile(LINK, darkroom)).toMatchObject({ outcome: 'removed' });
    expect(setOf(LINK)).toEqual([]);
    expect(await answerMiss(key, darkroom)).toEqual({ found: 'nothing' });
    expect(setOf(LINK)).toEqual([]);
    expect(await statusOf()).toMatchObject({ variants: [], takenDown: undefined });
    await undoTakeDown(TARGET, BY, darkroom);
    await reconcile(TARGET, darkroom);
    expect(await reconcile(LINK, darkroom)).toMatchObject({ outcome: 'developed' });
  });

  it('is purged like a take-down, before all that was only deleted', async () => {
    darkroom.isBehindCdn = true;
    await linked();
    await down();
    await reconcile(LINK, darkroom);
    const purges = darkroom.config.keys().filter(key => key.startsWith('purges/'));
    expect(purges.map(key => key.split('/')[1])).toEqual(['0-takedown', '0-takedown']);
  });

  it.each(['record', 'tombstone'])('is the same where the %s alone is left', async left => {
    await linked();
    await down();
    if (left === 'record') darkroom.derivatives.objects.delete(manifestKey(TARGET));
    else darkroom.config.objects.clear();
    await reconcile(LINK, darkroom);
    expect(setOf(LINK)).toEqual([]);
  });
});
