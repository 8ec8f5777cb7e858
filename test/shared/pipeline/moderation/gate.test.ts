import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../../../shared/core/list/fingerprint.ts';
import { Failure } from '../../../../shared/core/failure.ts';
import {
  heldKey,
  JUDGED,
  KNOWN,
  knownKey,
  reviewKey,
  verdictKey,
} from '../../../../shared/core/moderation/verdict.ts';
import { manifestKey } from '../../../../shared/core/set/keys.ts';
import { UNFINISHED } from '../../../../shared/core/work/unfinished.ts';
import { PURGES } from '../../../../shared/core/work/purge.ts';
import { batchSchema } from '../../../../shared/core/work/batch.ts';
import { backfill } from '../../../../shared/pipeline/bulk/backfill.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { takeDown, undoTakeDown } from '../../../../shared/pipeline/removal/take-down.ts';
import { followUp } from '../../../../shared/pipeline/serve/follow-up.ts';
import { answerMiss, type Miss } from '../../../../shared/pipeline/serve/miss.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { idOfText as idOf } from '../../../support/memory-store.ts';

const list = (moderate: string) => `
version: 1
rules:
  - { match: '**', presets: [feed, zoom]${moderate && `, moderate: ${moderate}`} }
presets:
  - { name: feed, widths: [480, 1080], formats: { jpeg: {}, webp: {} } }
  - { name: zoom, generate: on_demand, widths: [1400], formats: { jpeg: {} } }
`;
const RULE = "{ block: ['violent_* >= high'], review: ['violent_* >= low'] }";
const LIST = list(RULE);

const CLEAN = 'jpeg 1600x1200';
const BAD = 'jpeg 1600x1200 label violent_gore 95 high';
const DOUBTFUL = 'jpeg 1600x1200 label violent_gore 40 low';
const KEY = 'a.jpg';
const BUSY = new Failure('MODERATOR_UNAVAILABLE', 'expected a verdict, none came in time');

function uploaded(text: string, yaml = LIST): TestDarkroom {
  const darkroom = testDarkroom(yaml);
  darkroom.originals.uploadTold(KEY, text);
  darkroom.isBehindCdn = true;
  return darkroom;
}

async function developed(text: string, yaml = LIST) {
  const darkroom = uploaded(text, yaml);
  return { darkroom, report: await reconcile(KEY, darkroom) };
}

const publicFiles = ({ derivatives }: TestDarkroom) =>
  derivatives.keys().filter(key => key !== manifestKey(KEY));
const asked = ({ moderation }: TestDarkroom) => moderation.moderator.asked.length;
const recordIn = ({ config }: TestDarkroom, key: string) => {
  const stored = config.objects.get(key);
  return stored && JSON.parse(stored.bytes.toString());
};
function reviewed(darkroom: TestDarkroom, act: 'pass' | 'block', text: string): void {
  const about = { key: KEY, sha256: sha256Of(Buffer.from(text)), at: '2026-11-23T11:00:00.000Z' };
  const review = { schema: 1, acts: [{ act, ...about, by: 'me' }] };
  darkroom.config.upload(reviewKey(idOf(text)), JSON.stringify(review));
}
const puts = ({ derivatives }: TestDarkroom) =>
  derivatives.calls.filter(({ operation }) => operation === 'put').map(({ key }) => key);
/** What a client would ask for, though nothing has been made. */
async function zoomKey(text: string): Promise<string> {
  const { darkroom } = await developed(text, list(''));
  const zoom = darkroom.manifest(KEY)?.variants.find(({ preset }) => preset === 'zoom');
  return zoom?.key ?? '';
}

describe('a picture that passes', () => {
  it('is published, and its verdict kept under its bytes', async () => {
    const { darkroom, report } = await developed(CLEAN);
    expect(report).toMatchObject({ outcome: 'developed', state: 'ready' });
    expect(publicFiles(darkroom)).toHaveLength(4);
    expect(recordIn(darkroom, verdictKey(idOf(CLEAN)))).toMatchObject({
      key: KEY,
      sha256: sha256Of(Buffer.from(CLEAN)),
      judged: { service: 'postImageCheck', labels: [], requestId: 'R-1' },
    });
    expect(darkroom.config.keys().filter(key => key.startsWith(JUDGED))).toEqual([]);
  });

  it('is judged by one rendition, while its files are made and before any of them is written', async () => {
    const darkroom = uploaded(CLEAN);
    let writtenMeanwhile: string[] = ['not asked'];
    darkroom.moderation.moderator.beforeAnswer = async () => {
      await new Promise(resolve => setTimeout(resolve, 20));
      writtenMeanwhile = puts(darkroom);
      expect(darkroom.codec.encoded.length).toBeGreaterThan(0);
    };
    await reconcile(KEY, darkroom);
    expect(writtenMeanwhile).toEqual([]);
    expect(darkroom.moderation.moderator.asked).toEqual([
      { service: 'postImageCheck', text: `for moderation: ${CLEAN}` },
    ]);
    expect(darkroom.codec.decodes).toBe(1);
  });

  it('is not paid for again by another upload of it, an edit, a backfill, or under another key', async () => {
    const { darkroom } = await developed(CLEAN);
    await reconcile(KEY, darkroom);
    darkroom.edit(LIST.replace('[480, 1080]', '[480, 900]'));
    await reconcile(KEY, darkroom);
    await backfill({ keys: [KEY], mode: 'force' }, darkroom, darkroom.config);
    await backfill({ keys: [KEY], mode: 'moderate' }, darkroom, darkroom.config);
    darkroom.originals.upload('b.jpg', CLEAN);
    expect(await reconcile('b.jpg', darkroom)).toMatchObject({ state: 'ready' });
    darkroom.originals.objects.delete(KEY);
    await reconcile(KEY, darkroom);
    darkroom.originals.upload(KEY, CLEAN);
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'ready' });
    expect(asked(darkroom)).toBe(1);
  });

  it('may be uploaded under two keys at once: neither takes away what the other shows', async () => {
    const darkroom = uploaded(CLEAN);
    darkroom.originals.upload('b.jpg', CLEAN);
    let isFirst = true;
    darkroom.moderation.moderator.beforeAnswer = async () => {
      if (!isFirst) return;
      isFirst = false;
      await reconcile('b.jpg', darkroom);
    };
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'ready' });
    expect(darkroom.config.keys().filter(key => key.startsWith(JUDGED))).toEqual([]);
  });

  it('costs nothing where no rule asks: no request more than without', async () => {
    const { darkroom } = await developed(CLEAN, list(''));
    expect(darkroom.config.calls.filter(({ key }) => key.startsWith('moderation/'))).toEqual([]);
    expect(asked(darkroom)).toBe(0);
  });
});

describe('what is shown to the service', () => {
  const small = `
version: 1
rules:
  - { match: '**', presets: [avatar, zoom], moderate: ${RULE} }
presets:
  - { name: avatar, widths: [64], formats: { jpeg: {} } }
  - { name: zoom, generate: on_demand, widths: [1400], formats: { jpeg: {} } }
`;
  const LONG = 'jpeg 1000x20000';

  it('is enough of it to judge, whatever files the list makes, and costs a second decode only then', async () => {
    const { darkroom } = await developed(CLEAN, small);
    expect(darkroom.codec.shown).toEqual([[{ width: 1000, height: 750 }]]);
    expect(darkroom.codec.decodes).toBe(2);
    const { darkroom: usual } = await developed(CLEAN);
    expect(usual.codec.shown).toEqual([[{ width: 1080, height: 810 }]]);
    expect(usual.codec.decodes).toBe(1);
  });

  it('is enough of a list that makes all on demand, and of a long picture no strip', async () => {
    const { darkroom } = await developed(CLEAN, small.replace('[avatar, zoom]', '[zoom]'));
    expect(darkroom.codec.shown).toEqual([[{ width: 1000, height: 750 }]]);
    const { darkroom: long } = await developed(LONG, small);
    expect(long.codec.shown).toEqual([[{ width: 400, height: 8000 }]]);
  });

  it('is all of what is smaller than that: no decode more', async () => {
    const { darkroom } = await developed('jpeg 64x48', small);
    expect(darkroom.codec.shown).toEqual([[{ width: 64, height: 48 }]]);
    expect(darkroom.codec.decodes).toBe(1);
  });

  it('changes no byte of any file', async () => {
    const { darkroom } = await developed(CLEAN, small);
    const { darkroom: free } = await developed(CLEAN, small.replace(`, moderate: ${RULE}`, ''));
    const bytesIn = ({ derivatives }: TestDarkroom) =>
      publicFiles({ derivatives } as TestDarkroom).map(key =>
        String(derivatives.objects.get(key)?.bytes),
      );
    expect(bytesIn(darkroom)).toEqual(bytesIn(free));
    expect(bytesIn(darkroom)).toHaveLength(1);
  });

  it('are frames of all of an animation, in one picture', async () => {
    const { darkroom } = await developed('gif 64x48 frames 17', small);
    const [{ text = '' } = {}] = darkroom.moderation.moderator.asked;
    const shown = [...text.matchAll(/#(\d+)/g)].map(([, frame]) => Number(frame));
    expect(shown).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16]);
    expect(asked(darkroom)).toBe(1);
    expect(darkroom.codec.decodes).toBe(2);
    expect(darkroom.codec.shown).toEqual([Array(9).fill({ width: 64, height: 48 })]);
  });

  it('is the first frame of an animation that cannot be read whole, and a fault of ours is none', async () => {
    const darkroom = uploaded('gif 64x48 frames 17', small);
    darkroom.codec.frames = async () => {
      throw new Failure('VARIANT_UNRENDERABLE', 'expected whole frames, it ends too soon');
    };
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'ready' });
    expect(darkroom.codec.shown).toEqual([[{ width: 64, height: 48 }]]);
    const other = uploaded('gif 64x48 frames 17', small);
    other.codec.frames = async () => {
      throw new Failure('DECODER_LATE', 'expected frames within 30 s');
    };
    await expect(reconcile(KEY, other)).rejects.toMatchObject({ code: 'DECODER_LATE' });
    expect(other.derivatives.keys()).toEqual([]);
  });

  it('costs nothing of what is judged already, nor where no rule asks', async () => {
    const { darkroom } = await developed(CLEAN, small);
    darkroom.originals.upload('b.jpg', CLEAN);
    await reconcile('b.jpg', darkroom);
    expect(darkroom.codec.decodes).toBe(3);
    const { darkroom: free } = await developed(CLEAN, small.replace(`, moderate: ${RULE}`, ''));
    expect(free.codec.decodes).toBe(1);
  });
});

describe('a picture that is blocked', () => {
  it('is never written, and its manifest says that and nothing of it', async () => {
    const { darkroom, report } = await developed(BAD);
    expect(report).toMatchObject({ outcome: 'withheld', state: 'blocked' });
    expect(puts(darkroom)).toEqual([manifestKey(KEY)]);
    const manifest = darkroom.manifest(KEY);
    expect(manifest).toMatchObject({ state: 'blocked', complete: false, variants: [] });
    expect(JSON.stringify(manifest)).not.toMatch(/violent|thumbHash|width/);
    expect(recordIn(darkroom, verdictKey(idOf(BAD)))?.judged.labels).toEqual([
      { label: 'violent_gore', confidence: 95, risk: 'high' },
    ]);
  });

  it('stays so whatever comes by: its event again, an edit, a forced backfill, a view, another key', async () => {
    const { darkroom } = await developed(BAD);
    const key = await zoomKey(BAD);
    expect(await reconcile(KEY, darkroom)).toMatchObject({ outcome: 'settled', state: 'blocked' });
    expect(await answerMiss(key, darkroom)).toEqual({ found: 'nothing' });
    darkroom.edit(LIST.replace('[480, 1080]', '[480, 900]'));
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'blocked' });
    await backfill({ keys: [KEY], mode: 'force' }, darkroom, darkroom.config);
    await backfill({ keys: [KEY], mode: 'retry-failed' }, darkroom, darkroom.config);
    expect(await answerMiss(key, darkroom)).toEqual({ found: 'nothing' });
    darkroom.originals.upload('b.jpg', BAD);
    expect(await reconcile('b.jpg', darkroom)).toMatchObject({ state: 'blocked' });
    expect(darkroom.derivatives.keys()).toEqual([manifestKey(KEY), manifestKey('b.jpg')]);
    expect(asked(darkroom)).toBe(1);
  });

  it('stays so where the rule is taken away, until a person says otherwise', async () => {
    const { darkroom } = await developed(BAD);
    darkroom.edit(list(''));
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'blocked' });
    expect(await answerMiss(await zoomKey(BAD), darkroom)).toEqual({ found: 'nothing' });
    reviewed(darkroom, 'pass', BAD);
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'ready' });
  });

  it('and of which its uploader says words stays so without its rule, too, and publishes none of them', async () => {
    const darkroom = uploaded(BAD);
    darkroom.originals.sayWords(KEY, { user: 'forbidden' });
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'blocked' });
    expect(JSON.stringify(darkroom.manifest(KEY))).not.toContain('forbidden');
    darkroom.edit(list(''));
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'blocked' });
    expect(publicFiles(darkroom)).toEqual([]);
  });

  it('has a manifest of what is said now: no sweep finds one that is outdated', async () => {
    const { darkroom } = await developed(BAD);
    darkroom.originals.sayWords(KEY, { user: 'x' });
    await reconcile(KEY, darkroom);
    const { said } = (await darkroom.originals.head(KEY)) ?? {};
    expect(said).toBeDefined();
    expect(darkroom.manifest(KEY)?.original.said).toBe(said);
    expect(asked(darkroom)).toBe(1);
  });

  it('stays so behind a symlink whose own rule asks for no verdict', async () => {
    const open = LIST.replace('rules:', "rules:\n  - { match: 'open/**', presets: [feed, zoom] }");
    const { darkroom } = await developed(BAD, open);
    darkroom.originals.link('open/x.jpg', KEY);
    expect(await reconcile('open/x.jpg', darkroom)).toMatchObject({ state: 'blocked' });
    expect(darkroom.derivatives.keys().filter(key => !key.endsWith('manifest.json'))).toEqual([]);
  });

  it('is replaced by another that passes', async () => {
    const { darkroom } = await developed(BAD);
    darkroom.originals.upload(KEY, CLEAN);
    expect(await reconcile(KEY, darkroom)).toMatchObject({ outcome: 'developed', state: 'ready' });
    expect(publicFiles(darkroom)).toHaveLength(4);
    expect(darkroom.manifest(KEY)).not.toHaveProperty('state');
  });

  it('takes the place of one that was published: all of that goes, and the CDN is asked', async () => {
    const { darkroom } = await developed(CLEAN);
    darkroom.edit(LIST.replace('version: 1', 'version: 1\nretain: 24h'));
    darkroom.originals.upload(KEY, BAD);
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'blocked', removed: 4 });
    expect(publicFiles(darkroom)).toEqual([]);
    expect(darkroom.config.keys().some(key => key.startsWith(`${PURGES}0-takedown/`))).toBe(true);
  });

  it('is removed all the same where files of it come late, of a run that began before', async () => {
    const { darkroom } = await developed(BAD);
    const late = await zoomKey(BAD);
    darkroom.derivatives.upload(late, 'of another run');
    expect(await reconcile(KEY, darkroom)).toMatchObject({ outcome: 'withheld', removed: 1 });
    expect(publicFiles(darkroom)).toEqual([]);
  });

  it('and taken down is taken down; undone, it is blocked', async () => {
    const { darkroom } = await developed(BAD);
    await takeDown(KEY, { by: 'me', reason: undefined }, darkroom);
    expect(await reconcile(KEY, darkroom)).toMatchObject({ outcome: 'taken-down' });
    expect(darkroom.manifest(KEY)).toHaveProperty('takenDown');
  });
});

describe('a picture that a person is to look at', () => {
  it('is not published until then, and one rendition lies where people find it', async () => {
    const { darkroom, report } = await developed(DOUBTFUL);
    expect(report).toMatchObject({ outcome: 'withheld', state: 'held' });
    expect(publicFiles(darkroom)).toEqual([]);
    expect(darkroom.config.keys()).toContain(heldKey(idOf(DOUBTFUL)));
    expect(await answerMiss(await zoomKey(DOUBTFUL), darkroom)).toEqual({ found: 'nothing' });
  });

  it('waits for them alone: no sweep is to hand it over each day', async () => {
    const { darkroom } = await developed(DOUBTFUL);
    expect(darkroom.config.keys().some(key => key.startsWith(UNFINISHED))).toBe(false);
  });

  it('is published once they pass it, and not judged again', async () => {
    const { darkroom } = await developed(DOUBTFUL);
    reviewed(darkroom, 'pass', DOUBTFUL);
    expect(await reconcile(KEY, darkroom)).toMatchObject({ outcome: 'developed', state: 'ready' });
    expect(publicFiles(darkroom)).toHaveLength(4);
    expect(asked(darkroom)).toBe(1);
  });

  it('is blocked once they block it', async () => {
    const { darkroom } = await developed(DOUBTFUL);
    reviewed(darkroom, 'block', DOUBTFUL);
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'blocked' });
  });

  it('stays unpublished where the record of a review cannot be read, and that is told', async () => {
    const { darkroom } = await developed(DOUBTFUL);
    darkroom.config.upload(reviewKey(idOf(DOUBTFUL)), '{');
    await expect(reconcile(KEY, darkroom)).rejects.toMatchObject({ code: 'UNEXPECTED' });
    expect(publicFiles(darkroom)).toEqual([]);
  });
});

describe('a word that is said while a run writes its manifest', () => {
  const saidMeanwhile = (darkroom: TestDarkroom) => {
    darkroom.derivatives.before = ({ operation, key }) => {
      if (operation === 'put' && key === manifestKey(KEY)) reviewed(darkroom, 'block', CLEAN);
    };
  };

  it('holds: the picture is withdrawn by that very run', async () => {
    const darkroom = uploaded(CLEAN);
    saidMeanwhile(darkroom);
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'blocked', removed: 4 });
    expect(publicFiles(darkroom)).toEqual([]);
    expect(darkroom.manifest(KEY)).toMatchObject({ state: 'blocked' });
  });

  it('holds, too, where it passes what that run withholds', async () => {
    const darkroom = uploaded(DOUBTFUL);
    darkroom.derivatives.before = ({ operation, key }) => {
      if (operation === 'put' && key === manifestKey(KEY)) reviewed(darkroom, 'pass', DOUBTFUL);
    };
    expect(await reconcile(KEY, darkroom)).toMatchObject({ outcome: 'developed', state: 'ready' });
    expect(publicFiles(darkroom)).toHaveLength(4);
  });

  it('is looked for where a rule asks, and nowhere else', async () => {
    const looks = ({ config }: TestDarkroom) =>
      config.calls.filter(({ key, operation }) => operation === 'get' && /reviews/.test(key));
    const { darkroom } = await developed(CLEAN);
    expect(looks(darkroom)).toHaveLength(2);
    await reconcile(KEY, darkroom);
    expect(looks(darkroom)).toHaveLength(3);
    const { darkroom: free } = await developed(CLEAN, list(''));
    expect(looks(free)).toEqual([]);
  });
});

describe('a service that does not answer', () => {
  it('holds: nothing is published, and the event comes again', async () => {
    const darkroom = uploaded(CLEAN);
    darkroom.moderation.moderator.failWith = BUSY;
    await expect(reconcile(KEY, darkroom)).rejects.toMatchObject({ code: 'MODERATOR_UNAVAILABLE' });
    expect(darkroom.derivatives.keys()).toEqual([]);
    delete darkroom.moderation.moderator.failWith;
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'ready' });
  });

  it('publishes where the rule says so, and word is left until it is judged', async () => {
    const yaml = list(RULE.replace('{', '{ unavailable: publish,'));
    const darkroom = uploaded(BAD, yaml);
    darkroom.moderation.moderator.failWith = BUSY;
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'ready' });
    expect(darkroom.manifest(KEY)).toMatchObject({ unjudged: true });
    const isWord = () => darkroom.config.keys().some(key => key.startsWith(UNFINISHED));
    expect(isWord()).toBe(true);
    darkroom.isDoubted = true;
    await reconcile(KEY, darkroom);
    expect(isWord()).toBe(true);
    delete darkroom.moderation.moderator.failWith;
    darkroom.at('2026-11-24T10:00:00.000Z');
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'blocked', removed: 4 });
    expect(isWord()).toBe(false);
  });

  it('is one that is not there at all, or that refuses', async () => {
    const darkroom = uploaded(CLEAN);
    await expect(reconcile(KEY, { ...darkroom, moderation: undefined })).rejects.toMatchObject({
      code: 'MODERATOR_DENIED',
    });
    expect(darkroom.derivatives.keys()).toEqual([]);
  });

  it('whose word cannot be kept has not spoken', async () => {
    const darkroom = uploaded(CLEAN);
    darkroom.config.before = ({ operation, key }) => {
      if (operation === 'put' && key.startsWith('moderation/verdicts/')) {
        throw new Failure('STORE_UNAVAILABLE', 'expected an answer');
      }
    };
    await expect(reconcile(KEY, darkroom)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(publicFiles(darkroom)).toEqual([]);
  });
});

describe('what the CDN may have of a picture that an upload replaces by one that is withheld', () => {
  it('is purged, though an edit had removed all of it from the bucket before', async () => {
    const { darkroom } = await developed(CLEAN);
    darkroom.edit(LIST.replace('[480, 1080]', '[480]'));
    await reconcile(KEY, darkroom);
    darkroom.at('2026-11-23T10:10:00.000Z');
    await reconcile(KEY, darkroom);
    expect(darkroom.manifest(KEY)?.unpurged).toHaveLength(1);
    await darkroom.derivatives.remove(publicFiles(darkroom));
    darkroom.originals.upload(KEY, DOUBTFUL);
    const { put } = darkroom.derivatives;
    let purged: string[] = [];
    darkroom.derivatives.put = async (...asked) => {
      purged = darkroom.config.keys().filter(key => key.startsWith(`${PURGES}0-takedown/`));
      return await put(...asked);
    };
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'held' });
    // Before its manifest goes, which alone says so.
    expect(purged).toHaveLength(1);
  });
});

describe('a verdict after publication', () => {
  const yaml = list(RULE.replace('{', '{ publish: before_verdict,'));

  it('does not hold up a file, and withdraws all of them where it blocks', async () => {
    const darkroom = uploaded(BAD, yaml);
    let visible = 0;
    darkroom.moderation.moderator.beforeAnswer = async () => {
      await new Promise(resolve => setTimeout(resolve, 50));
      visible = publicFiles(darkroom).length;
    };
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'blocked', removed: 4 });
    expect(visible).toBe(4);
    expect(publicFiles(darkroom)).toEqual([]);
    expect(darkroom.config.keys().some(key => key.startsWith(`${PURGES}0-takedown/`))).toBe(true);
  });

  it('lets a view have its file before it', async () => {
    const darkroom = uploaded(CLEAN, yaml);
    expect(await answerMiss(await zoomKey(CLEAN), darkroom)).toMatchObject({ found: 'file' });
  });
});

describe('a view', () => {
  it('of what has no verdict yet is answered with nothing, and asks nobody for one', async () => {
    const darkroom = uploaded(CLEAN);
    const key = await zoomKey(CLEAN);
    expect(await answerMiss(key, darkroom)).toEqual({ found: 'nothing' });
    expect(asked(darkroom)).toBe(0);
    expect(darkroom.derivatives.keys()).toEqual([]);
    await reconcile(KEY, darkroom);
    expect(await answerMiss(key, darkroom)).toMatchObject({ found: 'file' });
  });

  it('takes its file back where the verdict falls while it makes it', async () => {
    const { darkroom } = await developed(CLEAN);
    const key = await zoomKey(CLEAN);
    darkroom.codec.beforeEncode = () => reviewed(darkroom, 'block', CLEAN);
    expect(await answerMiss(key, darkroom)).toMatchObject({ found: 'nothing' });
    expect(darkroom.derivatives.keys()).not.toContain(key);
  });

  it.each([
    ['answered', () => undefined],
    ['not answered', () => Promise.reject(new Failure('STORE_UNAVAILABLE', 'expected an answer'))],
  ])(
    'hands on what it takes back, so that the CDN forgets it, where the removal is %s',
    async (_, removal) => {
      const { darkroom } = await developed(CLEAN);
      const key = await zoomKey(CLEAN);
      darkroom.codec.beforeEncode = async () => {
        reviewed(darkroom, 'block', CLEAN);
        await reconcile(KEY, darkroom);
        await darkroom.config.remove(darkroom.config.keys().filter(one => one.startsWith(PURGES)));
        darkroom.derivatives.before = ({ operation }) =>
          operation === 'remove' ? removal() : undefined;
      };
      const batches: Buffer[] = [];
      const submit = async (_id: string, payload: Buffer) => {
        batches.push(payload);
        return 'accepted' as const;
      };
      const hands = { queue: { submit }, bucket: 'originals', log: darkroom.log };
      const handOn = (miss: Miss) => followUp(key, miss, hands);
      expect(await answerMiss(key, { ...darkroom, handOn })).toMatchObject({ found: 'nothing' });
      darkroom.derivatives.before = () => undefined;
      expect(batches).toHaveLength(1);
      const { bucket: _b, ...batch } = batchSchema.parse(JSON.parse(String(batches[0])));
      await backfill(batch, darkroom, darkroom.config);
      expect(publicFiles(darkroom)).toEqual([]);
      const purges = darkroom.config.keys().filter(one => one.startsWith(`${PURGES}0-takedown/`));
      expect(purges).toHaveLength(1);
    },
  );

  it('that cannot look for a verdict once its file is there hands that on', async () => {
    const { darkroom } = await developed(CLEAN);
    const key = await zoomKey(CLEAN);
    darkroom.codec.beforeEncode = async () => {
      reviewed(darkroom, 'block', CLEAN);
      await reconcile(KEY, darkroom);
      darkroom.config.before = ({ operation, key: record }) => {
        if (operation !== 'get' || !record.startsWith('moderation/reviews/')) return;
        throw new Failure('STORE_UNAVAILABLE', 'expected an answer');
      };
    };
    const handedOn: Miss[] = [];
    const handOn = async (miss: Miss) => handedOn.push(miss) > 0;
    const answer = answerMiss(key, { ...darkroom, handOn });
    await expect(answer).rejects.toThrow('expected an answer');
    expect(handedOn).toMatchObject([{ found: 'nothing', withdrew: expect.any(String) }]);
    darkroom.config.before = () => undefined;
    expect(publicFiles(darkroom)).toEqual([key]);
    await backfill({ keys: [KEY], mode: 'takedown' }, darkroom, darkroom.config);
    expect(publicFiles(darkroom)).toEqual([]);
  });

  it('of other bytes with the same CRC-64 and size makes nothing', async () => {
    const { darkroom } = await developed(CLEAN);
    const record = recordIn(darkroom, verdictKey(idOf(CLEAN)));
    darkroom.config.upload(
      verdictKey(idOf(CLEAN)),
      JSON.stringify({ ...record, sha256: sha256Of(Buffer.from('others')) }),
    );
    expect(await answerMiss(await zoomKey(CLEAN), darkroom)).toEqual({ found: 'nothing' });
  });
});

describe('a verdict on other bytes with the same CRC-64 and size', () => {
  it('is none: it is judged', async () => {
    const darkroom = uploaded(BAD);
    const forged = { schema: 1, key: 'b.jpg', sha256: sha256Of(Buffer.from(CLEAN)) };
    const judged = { at: '2026-11-23T10:00:00.000Z', service: 'postImageCheck', labels: [] };
    const record = { ...forged, phash: '0'.repeat(16), judged: { ...judged, requestId: 'R' } };
    darkroom.config.upload(verdictKey(idOf(BAD)), JSON.stringify(record));
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'blocked' });
    expect(asked(darkroom)).toBe(1);
  });
});

describe('a person’s word on other bytes with the same CRC-64 and size', () => {
  it('passes nothing, however often it is tried', async () => {
    const darkroom = uploaded(BAD);
    const act = { act: 'pass', key: 'b.jpg', sha256: sha256Of(Buffer.from(CLEAN)), by: 'me' };
    const review = { schema: 1, acts: [{ ...act, at: '2026-11-23T09:00:00.000Z' }] };
    darkroom.config.upload(reviewKey(idOf(BAD)), JSON.stringify(review));
    for (const attempt of [0, 1, 2]) {
      expect(await reconcile(KEY, { ...darkroom, attempt })).toMatchObject({ state: 'blocked' });
      expect(publicFiles(darkroom)).toEqual([]);
    }
  });
});

describe('what was published before the rule said so', () => {
  it('stays, is changed by edits and made by views, and nobody is asked', async () => {
    const { darkroom } = await developed(BAD, list(''));
    darkroom.edit(LIST.replace('[480, 1080]', '[480, 900]'));
    expect(await reconcile(KEY, darkroom)).toMatchObject({ outcome: 'developed', state: 'ready' });
    await backfill({ keys: [KEY], mode: 'force' }, darkroom, darkroom.config);
    expect(await answerMiss(await zoomKey(BAD), darkroom)).toMatchObject({ found: 'file' });
    expect(asked(darkroom)).toBe(0);
  });

  it('is judged where somebody asks, and goes if it is blocked', async () => {
    const { darkroom } = await developed(BAD, list(''));
    darkroom.edit(LIST);
    await backfill({ keys: [KEY], mode: 'moderate' }, darkroom, darkroom.config);
    expect(publicFiles(darkroom)).toEqual([]);
    expect(darkroom.manifest(KEY)).toMatchObject({ state: 'blocked' });
  });
});

describe('a budget a day', () => {
  const yaml = list(RULE.replace('{', '{ most: 2,'));

  it('is not gone beyond, by any number of instances; what is beyond is held, until a day later', async () => {
    const darkroom = testDarkroom(yaml);
    const states: string[] = [];
    for (const key of ['1.jpg', '2.jpg', '3.jpg']) {
      darkroom.originals.upload(key, `${CLEAN} ${key}`);
      darkroom.moderation.memory = {};
      states.push((await reconcile(key, darkroom)).state);
    }
    expect(states).toEqual(['ready', 'ready', 'held']);
    expect(asked(darkroom)).toBe(2);
    expect(darkroom.config.keys().some(key => key.startsWith(UNFINISHED))).toBe(true);
    darkroom.at('2026-11-24T10:00:00.000Z');
    expect(await reconcile('3.jpg', darkroom)).toMatchObject({ state: 'ready' });
  });

  it('that is used up publishes where the rule says so', async () => {
    const darkroom = testDarkroom(yaml.replace('most: 2', 'most: 1, unavailable: publish'));
    for (const key of ['1.jpg', '2.jpg']) {
      darkroom.originals.upload(key, `${CLEAN} ${key}`);
      expect(await reconcile(key, darkroom)).toMatchObject({ state: 'ready' });
    }
    expect(darkroom.manifest('2.jpg')).toMatchObject({ unjudged: true });
  });
});

describe('what looks like a picture that was blocked', () => {
  const yaml = list(RULE.replace('{', '{ known: hold, distance: 4,'));

  it('waits for a person, and the service is not paid for it', async () => {
    const { darkroom } = await developed(BAD, yaml);
    const [known = ''] = darkroom.config.keys().filter(key => key.startsWith(KNOWN));
    const phash = known.slice(KNOWN.length, KNOWN.length + 16);
    const near = (BigInt(`0x${phash}`) ^ 0b111n).toString(16).padStart(16, '0');
    darkroom.codec.forModeration = async () => ({ jpeg: Buffer.from('x'), phash: near });
    darkroom.moderation.memory = {};
    darkroom.originals.upload('b.jpg', CLEAN);
    expect(await reconcile('b.jpg', darkroom)).toMatchObject({ state: 'held' });
    expect(recordIn(darkroom, verdictKey(idOf(CLEAN)))).toMatchObject({
      alike: { id: idOf(BAD), distance: 3 },
    });
    expect(asked(darkroom)).toBe(1);
  });

  it('is what looks like a picture that was taken down, until that is undone', async () => {
    const { darkroom } = await developed(CLEAN, yaml);
    const near = (await darkroom.codec.forModeration([{ data: Buffer.from(CLEAN) }] as never))
      .phash;
    darkroom.codec.forModeration = async () => ({ jpeg: Buffer.from('x'), phash: near });
    const stores = { ...darkroom, developAnew: async () => undefined };
    await takeDown(KEY, { by: 'me', reason: undefined }, stores);
    const known = () => darkroom.config.keys().filter(key => key.startsWith(KNOWN));
    expect(known()).toEqual([knownKey(near, idOf(CLEAN))]);
    // An instance goes by what it listed for five minutes.
    darkroom.at('2026-11-23T10:05:00.000Z');
    darkroom.originals.upload('b.jpg', `${CLEAN} recompressed`);
    expect(await reconcile('b.jpg', darkroom)).toMatchObject({ state: 'held' });
    expect(await undoTakeDown(KEY, { by: 'me', reason: undefined }, stores)).toBe(true);
    expect(known()).toEqual([]);
    darkroom.at('2026-11-23T10:10:00.000Z');
    darkroom.originals.upload('c.jpg', `${CLEAN} once more`);
    expect(await reconcile('c.jpg', darkroom)).toMatchObject({ state: 'ready' });
  });

  it('is nothing that is all of one colour: everything of one colour would look like it', async () => {
    const darkroom = uploaded(CLEAN, yaml);
    const phash = '8000000000000000';
    darkroom.config.upload(knownKey(phash, 'other'), '{"schema":1,"key":"x"}');
    darkroom.codec.forModeration = async () => ({ jpeg: Buffer.from('x'), phash });
    expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'ready' });
  });

  it('is none beyond the distance, and none where the rule does not ask', async () => {
    for (const [text, bits] of [
      [yaml, 0b11111n],
      [LIST, 0n],
    ] as const) {
      const darkroom = uploaded(CLEAN, text);
      darkroom.config.upload(knownKey('5'.repeat(16), 'other'), '{"schema":1,"key":"x"}');
      const phash = (0x5555555555555555n ^ bits).toString(16);
      darkroom.codec.forModeration = async () => ({ jpeg: Buffer.from('x'), phash });
      expect(await reconcile(KEY, darkroom)).toMatchObject({ state: 'ready' });
    }
  });
});
