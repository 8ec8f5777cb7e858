import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import { versionOf } from '../../../../shared/core/set/keys.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { type TestDarkroom, testDarkroom } from '../../../support/darkrooms.ts';
import { etagOf } from '../../../support/memory-store.ts';
import { SMALL } from '../../../support/preset-lists.ts';

const PHOTO = 'jpeg 1600x1200';
const OTHER = 'jpeg 1600x900';

function version(content: string): string {
  return versionOf(etagOf(Buffer.from(content)));
}

/** With one original, of which nothing is there yet. */
function uploaded(yaml?: string, content = PHOTO): TestDarkroom {
  const darkroom = testDarkroom(yaml);
  darkroom.originals.upload('a.jpg', content);
  return darkroom;
}

/** With one original and its set. */
async function developed(yaml?: string): Promise<TestDarkroom> {
  const darkroom = uploaded(yaml);
  await reconcile('a.jpg', darkroom);
  return darkroom;
}

/** With one original that was replaced since its set was made. */
async function replaced(yaml?: string, content = OTHER): Promise<TestDarkroom> {
  const darkroom = await developed(yaml);
  darkroom.originals.upload('a.jpg', content);
  return darkroom;
}

/** Which of an original's files there are: `feed-480.jpg` and the like, by version. */
function filesOf(darkroom: TestDarkroom, prefix: string): string[] {
  return darkroom.derivatives
    .keys()
    .filter(key => key.startsWith(prefix))
    .map(key => key.slice(prefix.length).replace(/-[0-9a-f]{10}\./, '.'))
    .sort();
}

/** By then what was replaced is past its time. */
const LATER = '2026-11-23T10:10:00.000Z';

const SET = ['feed-1080.jpg', 'feed-1080.webp', 'feed-480.jpg', 'feed-480.webp', 'thumb-100.jpg'];

describe('reconcile', () => {
  it('tells of each file when it was made, and not when all were', async () => {
    const darkroom = uploaded();
    let clock = Date.parse('2026-11-23T10:00:00.000Z');
    const now = () => {
      clock += 1000;
      return new Date(clock);
    };
    await reconcile('a.jpg', { ...darkroom, now });
    const { variants = [], committedAt = '' } = darkroom.manifest('a.jpg') ?? {};
    const times = variants.flatMap(one => (one.state === 'rendered' ? [one.renderedAt] : []));
    expect(new Set(times).size).toBe(SET.length);
    for (const time of times) expect(time < committedAt).toBe(true);
  });

  it('develops an original into every variant and commits a manifest', async () => {
    const darkroom = uploaded();
    const report = await reconcile('a.jpg', darkroom);
    expect(report).toMatchObject({ outcome: 'developed', kept: 0, removed: 0, failed: [] });
    expect(filesOf(darkroom, `a.jpg/${version(PHOTO)}/`)).toEqual(SET);
    const manifest = darkroom.manifest('a.jpg');
    expect(manifest).toMatchObject({ complete: true, version: version(PHOTO), retired: [] });
    expect(manifest?.original).toMatchObject({ width: 1600, height: 1200, format: 'jpeg' });
    for (const variant of manifest?.variants ?? []) {
      const stored = darkroom.derivatives.objects.get(variant.key);
      expect(stored?.contentType).toBe(`image/${variant.format}`);
      expect(stored?.cacheControl).toBe('public, max-age=31536000, immutable');
    }
  });

  it('decodes once and encodes each file once', async () => {
    const darkroom = await developed();
    expect(darkroom.codec.decodes).toBe(1);
    expect(new Set(darkroom.codec.encoded).size).toBe(5);
    expect(darkroom.codec.encoded).toHaveLength(5);
  });

  it('writes the manifest after every derivative', async () => {
    const darkroom = await developed();
    const puts = darkroom.derivatives.calls.filter(({ operation }) => operation === 'put');
    expect(puts).toHaveLength(6);
    expect(puts.at(-1)?.key).toBe('a.jpg/manifest.json');
  });

  it('costs two small requests and no pixels when all is settled', async () => {
    const darkroom = await developed();
    darkroom.originals.calls.length = 0;
    darkroom.derivatives.calls.length = 0;
    const report = await reconcile('a.jpg', darkroom);
    expect(report).toMatchObject({ outcome: 'settled', kept: 5, rendered: [] });
    expect(darkroom.originals.calls).toEqual([{ operation: 'head', key: 'a.jpg' }]);
    expect(darkroom.derivatives.calls).toEqual([{ operation: 'get', key: 'a.jpg/manifest.json' }]);
    expect(darkroom.codec.decodes).toBe(1);
  });

  it('gives a new version a new set, and removes the old one after ten minutes at the earliest', async () => {
    const darkroom = await replaced();
    expect(await reconcile('a.jpg', darkroom)).toMatchObject({ outcome: 'developed', removed: 0 });
    darkroom.at('2026-11-23T10:09:59.000Z');
    expect((await reconcile('a.jpg', darkroom)).outcome).toBe('settled');
    darkroom.at(LATER);
    expect(await reconcile('a.jpg', darkroom)).toMatchObject({ rendered: [], removed: 5 });
    expect(filesOf(darkroom, 'a.jpg/')).toEqual([
      ...SET.map(file => `${version(OTHER)}/${file}`),
      'manifest.json',
    ]);
  });

  it('keeps a replaced set for the time that the list retains it', async () => {
    const darkroom = await replaced(`retain: 1h\n${SMALL}`);
    await reconcile('a.jpg', darkroom);
    expect(darkroom.manifest('a.jpg')?.retired).toHaveLength(5);
    expect(filesOf(darkroom, `a.jpg/${version(PHOTO)}/`)).toEqual(SET);
    darkroom.at('2026-11-23T10:59:59.000Z');
    expect((await reconcile('a.jpg', darkroom)).outcome).toBe('settled');
    darkroom.at('2026-11-23T11:00:00.000Z');
    expect(await reconcile('a.jpg', darkroom)).toMatchObject({ removed: 5, rendered: [] });
    expect(filesOf(darkroom, `a.jpg/${version(PHOTO)}/`)).toEqual([]);
    expect(darkroom.manifest('a.jpg')?.retired).toEqual([]);
  });

  it('renders a changed preset only, and removes what it replaced', async () => {
    const darkroom = await developed();
    const before = darkroom.codec.encoded.length;
    darkroom.edit(SMALL.replace('widths: [100]', 'widths: [120]'));
    const report = await reconcile('a.jpg', darkroom);
    expect(report).toMatchObject({ kept: 4, removed: 0 });
    darkroom.at(LATER);
    expect(await reconcile('a.jpg', darkroom)).toMatchObject({ kept: 5, removed: 1 });
    expect(darkroom.codec.encoded.slice(before).map(key => key.split('/').at(-1))).toEqual([
      expect.stringMatching(/^thumb-120-/),
    ]);
  });

  it('carries what a changed list keeps, though the manifest of an earlier one knows nothing of it', async () => {
    const darkroom = testDarkroom();
    const { inspect } = darkroom.codec;
    const seen: (string | undefined)[] = [];
    darkroom.codec.inspect = async (file, list) => ({
      ...(await inspect(file, list)),
      ...(list.metadata.copyright === 'keep' ? { copyright: 'A. Nother' } : {}),
    });
    const { encode } = darkroom.codec;
    darkroom.codec.encode = async (raster, variant, picture) => {
      seen.push(picture.copyright);
      return await encode(raster, variant, picture);
    };
    darkroom.originals.upload('a.jpg', PHOTO);
    await reconcile('a.jpg', darkroom);
    darkroom.edit(`metadata: { copyright: keep }\n${SMALL}`);
    await reconcile('a.jpg', darkroom);
    expect(seen).toEqual([...Array(5).fill(undefined), ...Array(5).fill('A. Nother')]);
    expect(darkroom.manifest('a.jpg')?.original.copyright).toBe('A. Nother');
  });

  it('drops a preset without reading the original again', async () => {
    const darkroom = await developed();
    darkroom.edit(SMALL.replace("'**', presets: [thumb, feed]", "'**', presets: [feed]"));
    const report = await reconcile('a.jpg', darkroom);
    expect(report).toMatchObject({ outcome: 'developed', kept: 4, rendered: [] });
    darkroom.at(LATER);
    expect(await reconcile('a.jpg', darkroom)).toMatchObject({ removed: 1, rendered: [] });
    expect(darkroom.codec.decodes).toBe(1);
    expect(darkroom.manifest('a.jpg')?.original.placeholder).toBeDefined();
  });

  it('leaves on_demand presets for later, and complete', async () => {
    const darkroom = await developed(
      SMALL.replace('name: feed,', 'name: feed, generate: on_demand,'),
    );
    const states = darkroom.manifest('a.jpg')?.variants.map(({ preset, state }) => [preset, state]);
    expect(states).toContainEqual(['feed', 'on_demand']);
    expect(darkroom.manifest('a.jpg')?.complete).toBe(true);
    expect((await reconcile('a.jpg', darkroom)).outcome).toBe('settled');
  });

  it('of which all is on demand is decoded once, and has its placeholder', async () => {
    const darkroom = uploaded(SMALL.replaceAll('name:', 'generate: on_demand, name:'));
    const report = await reconcile('a.jpg', darkroom);
    expect(report).toMatchObject({ rendered: [], spent: { decodes: 1 } });
    expect(darkroom.manifest('a.jpg')?.original.placeholder).toBeDefined();
    expect((await reconcile('a.jpg', darkroom)).outcome).toBe('settled');
    expect(darkroom.codec.decodes).toBe(1);
  });

  it('is not asked for by every rule', async () => {
    const darkroom = testDarkroom();
    darkroom.originals.upload('docs/a.jpg', PHOTO);
    expect((await reconcile('docs/a.jpg', darkroom)).outcome).toBe('ignored');
    expect(darkroom.derivatives.keys()).toEqual([]);
  });

  it('passes over a folder of no bytes, and clears what was made when it was a picture', async () => {
    const darkroom = testDarkroom();
    darkroom.originals.upload('dir/', '');
    expect(await reconcile('dir/', darkroom)).toMatchObject({ outcome: 'ignored' });
    darkroom.originals.upload('dir/', PHOTO);
    expect(await reconcile('dir/', darkroom)).toMatchObject({ outcome: 'developed' });
    darkroom.originals.upload('dir/', '');
    expect(await reconcile('dir/', darkroom)).toMatchObject({ outcome: 'removed', removed: 6 });
  });

  it('refuses a key that cannot be worked with, and says why', async () => {
    const darkroom = testDarkroom();
    const report = await reconcile('a/../b.jpg', darkroom);
    expect(report).toMatchObject({
      outcome: 'failed',
      reason: expect.stringMatching(/^KEY_UNUSABLE/),
    });
    expect(darkroom.originals.calls).toEqual([]);
  });

  it('records derivatives whose keys would be too long, and makes none of them', async () => {
    const darkroom = testDarkroom();
    const key = `${'x'.repeat(996)}.jpg`;
    darkroom.originals.upload(key, PHOTO);
    await reconcile(key, darkroom);
    expect(darkroom.manifest(key)?.complete).toBe(false);
    const reasons = darkroom
      .manifest(key)
      ?.variants.map(one => one.state === 'failed' && one.reason);
    expect(new Set(reasons)).toEqual(new Set(['KEY_UNUSABLE']));
    expect((await reconcile(key, darkroom)).outcome).toBe('settled');
  });
});

describe('a deleted original', () => {
  it('leaves nothing, and takes nothing of an original below its key', async () => {
    const darkroom = testDarkroom();
    for (const key of ['a.jpg', 'a.jpg/b.png', `a.jpg/0123456789/feed-480-0123456789.jpg`]) {
      darkroom.originals.upload(key, PHOTO);
      await reconcile(key, darkroom);
    }
    darkroom.originals.objects.delete('a.jpg');
    const report = await reconcile('a.jpg', darkroom);
    expect(report).toMatchObject({ outcome: 'removed', removed: 6 });
    expect(filesOf(darkroom, `a.jpg/${version(PHOTO)}/`)).toEqual([]);
    expect(darkroom.manifest('a.jpg')).toBeUndefined();
    expect(filesOf(darkroom, `a.jpg/b.png/${version(PHOTO)}/`)).toEqual(SET);
    expect(filesOf(darkroom, `a.jpg/0123456789/feed-480-0123456789.jpg/`)).toHaveLength(6);
  });

  it('takes files that no manifest names', async () => {
    const darkroom = uploaded();
    darkroom.derivatives.before = ({ operation, key }) => {
      if (operation === 'put' && key.endsWith('manifest.json')) throw new Error('power cut');
    };
    await expect(reconcile('a.jpg', darkroom)).rejects.toThrow();
    darkroom.derivatives.before = () => undefined;
    darkroom.originals.objects.delete('a.jpg');
    await reconcile('a.jpg', darkroom);
    expect(darkroom.derivatives.keys()).toEqual([]);
  });

  it('may be deleted twice', async () => {
    const darkroom = testDarkroom();
    expect(await reconcile('a.jpg', darkroom)).toMatchObject({ outcome: 'removed', removed: 0 });
  });
});

describe('an original that moves while we work', () => {
  it.each(['head', 'get', 'put'] as const)(
    'ends as its newest version, moved at the first %s',
    async at => {
      const darkroom = uploaded();
      let moved = false;
      const move = ({ operation }: { operation: string }) => {
        if (operation !== at || moved) return;
        moved = true;
        darkroom.originals.upload('a.jpg', OTHER);
      };
      darkroom.originals.before = move;
      darkroom.derivatives.before = move;
      await reconcile('a.jpg', darkroom);
      expect(filesOf(darkroom, 'a.jpg/')).toEqual([
        ...SET.map(file => `${version(OTHER)}/${file}`),
        'manifest.json',
      ]);
    },
  );

  it('leaves nothing when it is deleted between the look and the commit', async () => {
    const darkroom = uploaded();
    darkroom.derivatives.before = ({ operation, key }) => {
      if (operation === 'put' && key.endsWith('manifest.json')) {
        darkroom.originals.objects.delete('a.jpg');
      }
    };
    expect((await reconcile('a.jpg', darkroom)).outcome).toBe('removed');
    expect(darkroom.derivatives.keys()).toEqual([]);
  });

  it('is developed again when it came back while its set was being cleared', async () => {
    const darkroom = await developed();
    darkroom.originals.objects.delete('a.jpg');
    darkroom.derivatives.before = ({ operation }) => {
      if (operation === 'remove') darkroom.originals.upload('a.jpg', OTHER);
    };
    expect((await reconcile('a.jpg', darkroom)).outcome).toBe('developed');
    expect(darkroom.manifest('a.jpg')?.version).toBe(version(OTHER));
  });

  it('that never rests is left to the next event', async () => {
    const darkroom = testDarkroom();
    let count = 0;
    darkroom.originals.upload('a.jpg', PHOTO);
    darkroom.originals.before = ({ operation }) => {
      count += 1;
      if (operation === 'get') darkroom.originals.upload('a.jpg', `jpeg ${800 + count}x600`);
    };
    await expect(reconcile('a.jpg', darkroom)).rejects.toMatchObject({ code: 'ORIGINAL_CHANGED' });
  });
});

describe('failures', () => {
  it.each([
    ['text named .jpg', 'hello', 'ORIGINAL_UNSUPPORTED'],
    ['an empty object', '', 'ORIGINAL_EMPTY'],
    ['a picture that does not decode', 'jpeg 10x10 undecodable', 'ORIGINAL_UNDECODABLE'],
  ])('%s is recorded with its reason and not tried again', async (_, content, code) => {
    const darkroom = uploaded(SMALL, content);
    const report = await reconcile('a.jpg', darkroom);
    expect(report).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(code) });
    expect(darkroom.manifest('a.jpg')).toMatchObject({ complete: false, failure: { code } });
    darkroom.originals.calls.length = 0;
    expect((await reconcile('a.jpg', darkroom)).outcome).toBe('settled');
    expect(darkroom.originals.calls).toHaveLength(1);
  });

  it('of a file beyond the limit cost no download', async () => {
    const darkroom = await developed(`limits: { megabytes: 0.00001 }\n${SMALL}`);
    expect(darkroom.manifest('a.jpg')?.failure?.code).toBe('ORIGINAL_TOO_LARGE');
    expect(darkroom.originals.calls.map(({ operation }) => operation)).not.toContain('get');
  });

  it('are tried again with another list', async () => {
    const darkroom = await developed(`limits: { megabytes: 0.00001 }\n${SMALL}`);
    darkroom.edit(SMALL);
    expect((await reconcile('a.jpg', darkroom)).outcome).toBe('developed');
    expect(darkroom.manifest('a.jpg')?.failure).toBeUndefined();
  });

  it('of a replaced original retire what there was', async () => {
    const darkroom = await replaced(SMALL, 'not a picture');
    await reconcile('a.jpg', darkroom);
    darkroom.at(LATER);
    await reconcile('a.jpg', darkroom);
    expect(darkroom.derivatives.keys()).toEqual(['a.jpg/manifest.json']);
  });

  it('of one variant for good hold up neither its siblings nor the event', async () => {
    const darkroom = uploaded();
    darkroom.codec.beforeEncode = ({ format }) => {
      if (format === 'webp') throw new Failure('VARIANT_UNRENDERABLE', 'expected to encode webp');
    };
    const report = await reconcile('a.jpg', darkroom);
    expect(report.failed).toHaveLength(2);
    expect(report.rendered).toHaveLength(3);
    expect(darkroom.manifest('a.jpg')?.complete).toBe(false);
    expect((await reconcile('a.jpg', darkroom)).outcome).toBe('settled');
  });

  it('that may pass are thrown after the commit, and the retry makes only what is missing', async () => {
    const darkroom = uploaded();
    darkroom.derivatives.before = ({ operation, key }) => {
      if (operation === 'put' && /feed-1080.*webp/.test(key)) {
        throw new Failure('STORE_UNAVAILABLE', 'OSS did not answer');
      }
    };
    await expect(reconcile('a.jpg', darkroom)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(darkroom.manifest('a.jpg')?.complete).toBe(false);
    darkroom.derivatives.before = () => undefined;
    const report = await reconcile('a.jpg', darkroom);
    expect(report).toMatchObject({ kept: 4 });
    expect(report.rendered).toHaveLength(1);
    expect(darkroom.manifest('a.jpg')?.complete).toBe(true);
  });

  it('for want of time leave what is done committed', async () => {
    const darkroom = {
      ...uploaded(),
      deadline: new Date('2026-11-23T10:00:01.000Z'),
      lanes: 1,
    };
    darkroom.codec.beforeEncode = () => darkroom.at('2026-11-23T10:00:02.000Z');
    await expect(reconcile('a.jpg', darkroom)).rejects.toMatchObject({ code: 'DEADLINE' });
    const states = darkroom
      .manifest('a.jpg')
      ?.variants.map(({ state }) => state)
      .sort();
    expect(states).toEqual(['failed', 'failed', 'failed', 'failed', 'rendered']);
  });

  it('of the manifest itself to be read are mended: it is made anew, and what it named is not forgotten', async () => {
    const darkroom = await developed(`retain: 1h\n${SMALL}`);
    const before = darkroom.manifest('a.jpg');
    darkroom.edit(`retain: 1h\n${SMALL.replace('widths: [100]', 'widths: [120]')}`);
    darkroom.derivatives.upload('a.jpg/manifest.json', '{"schema":0}');
    expect(await reconcile('a.jpg', darkroom)).toMatchObject({ outcome: 'developed' });
    const thumb = before?.variants.find(({ preset }) => preset === 'thumb')?.key;
    expect(darkroom.manifest('a.jpg')).toMatchObject({ complete: true, retired: [{ key: thumb }] });
  });
});

describe('a run that dies', () => {
  // An overwrite writes 6 objects; once its time is over it removes 5 and writes the manifest again.
  const steps = Array.from({ length: 12 }, (_, step) => step);
  const overwrite = async (darkroom: TestDarkroom) => {
    darkroom.at('2026-11-23T10:00:00.000Z');
    await reconcile('a.jpg', darkroom);
    darkroom.at(LATER);
    await reconcile('a.jpg', darkroom);
  };

  it.each(steps)(
    'before change %i to the derivatives is completed by the next run',
    async fatal => {
      const [whole, broken] = [await replaced(), await replaced()];
      await overwrite(whole);
      let changes = 0;
      broken.derivatives.before = ({ operation }) => {
        if (operation !== 'put' && operation !== 'remove') return;
        if (changes === fatal) throw new Error('power cut');
        changes += 1;
      };
      await expect(overwrite(broken)).rejects.toThrow();
      broken.derivatives.before = () => undefined;
      await overwrite(broken);
      expect(broken.derivatives.keys()).toEqual(whole.derivatives.keys());
      expect(broken.manifest('a.jpg')).toEqual(whole.manifest('a.jpg'));
    },
  );
});

describe('a newer format that is not smaller than its fallback', () => {
  /** The scripted codec makes webp smaller than jpeg, unless told to make it larger. */
  function darkroomWithLargeWebp(yaml = SMALL): TestDarkroom {
    const darkroom = uploaded(yaml);
    const { encode } = darkroom.codec;
    darkroom.codec.encode = async (raster, variant, picture) => {
      const bytes = await encode(raster, variant, picture);
      return variant.format === 'webp' ? Buffer.concat([bytes, Buffer.alloc(100)]) : bytes;
    };
    return darkroom;
  }
  const statesOf = (darkroom: TestDarkroom) =>
    darkroom.manifest('a.jpg')?.variants.map(({ format, state }) => `${format} ${state}`);

  it('is not published, and the manifest says why', async () => {
    const darkroom = darkroomWithLargeWebp();
    expect((await reconcile('a.jpg', darkroom)).rendered).toHaveLength(3);
    expect(filesOf(darkroom, `a.jpg/${version(PHOTO)}/`)).toEqual(
      SET.filter(file => !file.endsWith('webp')),
    );
    const skipped = darkroom.manifest('a.jpg')?.variants.filter(({ state }) => state === 'skipped');
    expect(skipped).toMatchObject([
      { reason: 'not-smaller-than-fallback' },
      { reason: 'not-smaller-than-fallback' },
    ]);
    expect(darkroom.manifest('a.jpg')?.complete).toBe(true);
  });

  it('is not made again', async () => {
    const darkroom = darkroomWithLargeWebp();
    await reconcile('a.jpg', darkroom);
    expect((await reconcile('a.jpg', darkroom)).outcome).toBe('settled');
  });

  it('is measured against a fallback that is kept', async () => {
    const darkroom = darkroomWithLargeWebp(SMALL.replace(', webp: {}', ''));
    await reconcile('a.jpg', darkroom);
    darkroom.edit(SMALL);
    await reconcile('a.jpg', darkroom);
    expect(statesOf(darkroom)).toContain('webp skipped');
    expect(statesOf(darkroom)).not.toContain('webp rendered');
  });

  it('is tried again when the fallback is another file', async () => {
    const darkroom = darkroomWithLargeWebp();
    await reconcile('a.jpg', darkroom);
    const before = darkroom.codec.encoded.length;
    darkroom.edit(SMALL.replace('{ jpeg: {}, webp: {} }', '{ jpeg: { quality: 95 }, webp: {} }'));
    await reconcile('a.jpg', darkroom);
    expect(darkroom.codec.encoded.length - before).toBe(4);
  });

  it('may be asked to be smaller by a share', async () => {
    const darkroom = await developed(SMALL.replace('webp: {}', 'webp: { keepIfSmallerBy: 0.9 }'));
    expect(statesOf(darkroom)).toContain('webp skipped');
  });

  it('is published where there is no fallback to compare with', async () => {
    const darkroom = darkroomWithLargeWebp(SMALL.replace('{ jpeg: {}, webp: {} }', '{ webp: {} }'));
    await reconcile('a.jpg', darkroom);
    expect(statesOf(darkroom)).not.toContain('webp skipped');
  });
});

describe('a picture that crashes the process', () => {
  /** The process is gone at this point: nothing that would come after it happens. */
  const crash = async (darkroom: TestDarkroom, attempt: number) => {
    const decode = async () => await new Promise<never>(() => undefined);
    void reconcile('a.jpg', { ...darkroom, attempt, codec: { ...darkroom.codec, decode } });
    await new Promise(resolve => setTimeout(resolve, 20));
  };

  it('is no failure at first, and is tried again', async () => {
    const darkroom = uploaded();
    for (const attempt of [0, 1, 2]) await crash(darkroom, attempt);
    expect(darkroom.manifest('a.jpg')).toBeUndefined();
  });

  it('is a recorded failure after two crashes that were counted, and not tried again', async () => {
    const darkroom = uploaded();
    for (const attempt of [0, 1, 2]) await crash(darkroom, attempt);
    expect((await reconcile('a.jpg', { ...darkroom, attempt: 3 })).outcome).toBe('failed');
    expect(darkroom.manifest('a.jpg')).toMatchObject({
      complete: false,
      failure: { code: 'ORIGINAL_CRASHED', message: expect.stringMatching(/survive.*2 attempts/) },
    });
    expect((await reconcile('a.jpg', darkroom)).outcome).toBe('settled');
    expect(darkroom.codec.decodes).toBe(0);
  });

  it('retires what there was of an older original', async () => {
    const darkroom = await replaced();
    for (const attempt of [0, 1, 2]) await crash(darkroom, attempt);
    await reconcile('a.jpg', { ...darkroom, attempt: 3 });
    darkroom.at(LATER);
    expect(await reconcile('a.jpg', darkroom)).toMatchObject({ outcome: 'failed', removed: 5 });
    expect(darkroom.derivatives.keys()).toEqual(['a.jpg/manifest.json']);
  });

  it('is not blamed for crashes of another day, nor for those of another upload', async () => {
    const darkroom = uploaded();
    for (const attempt of [1, 2]) await crash(darkroom, attempt);
    darkroom.at('2026-11-24T10:00:01.000Z');
    expect((await reconcile('a.jpg', { ...darkroom, attempt: 3 })).outcome).toBe('developed');
    for (const attempt of [1, 2])
      await crash(await overwrittenBy(darkroom, 'jpeg 800x600'), attempt);
    await overwrittenBy(darkroom, OTHER);
    expect((await reconcile('a.jpg', { ...darkroom, attempt: 3 })).outcome).toBe('developed');
  });

  it('leaves no record when it was something else, and a later attempt succeeds or fails in order', async () => {
    const darkroom = uploaded();
    await crash(darkroom, 1);
    const decode = async () => {
      throw new Failure('STORE_UNAVAILABLE', 'OSS did not answer');
    };
    const failing = { ...darkroom, attempt: 2, codec: { ...darkroom.codec, decode } };
    await expect(reconcile('a.jpg', failing)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(darkroom.config.keys()).toEqual([]);
    expect(darkroom.manifest('a.jpg')).toBeUndefined();
    expect((await reconcile('a.jpg', { ...darkroom, attempt: 3 })).outcome).toBe('developed');
    expect(darkroom.config.keys()).toEqual([]);
  });

  it('takes nothing of a set that is there, where only the preset list changed', async () => {
    const darkroom = await developed();
    darkroom.edit(SMALL.replace('[480, 1080]', '[480, 960]'));
    for (const attempt of [0, 1, 2]) await crash(darkroom, attempt);
    expect((await reconcile('a.jpg', { ...darkroom, attempt: 3 })).outcome).toBe('failed');
    darkroom.at(LATER);
    expect((await reconcile('a.jpg', darkroom)).outcome).toBe('settled');
    expect(darkroom.manifest('a.jpg')?.variants).toHaveLength(5);
    expect(filesOf(darkroom, `a.jpg/${version(PHOTO)}/`)).toEqual(SET);
  });
});

async function overwrittenBy(darkroom: TestDarkroom, content: string): Promise<TestDarkroom> {
  darkroom.originals.upload('a.jpg', content);
  return darkroom;
}

describe('an original whose CRC-64 was not told when it was developed, as of a copy', () => {
  it('has it in its manifest once it is told, for later copies to be known by; nothing is rendered', async () => {
    const darkroom = testDarkroom();
    darkroom.originals.upload('a.jpg', 'jpeg 1600x1200');
    await reconcile('a.jpg', darkroom);
    expect(darkroom.manifest('a.jpg')?.original).not.toHaveProperty('crc64');
    const head: typeof darkroom.originals.head = async key => {
      const found = await darkroom.originals.head(key);
      return found && { ...found, crc64: '123' };
    };
    const told = { ...darkroom, originals: { ...darkroom.originals, head } };
    darkroom.codec.encoded.length = 0;
    await reconcile('a.jpg', told);
    expect(darkroom.manifest('a.jpg')?.original.crc64).toBe('123');
    expect(darkroom.codec.encoded).toEqual([]);
    darkroom.derivatives.calls.length = 0;
    await reconcile('a.jpg', told);
    expect(darkroom.derivatives.calls.map(({ operation }) => operation)).not.toContain('put');
  });
});
