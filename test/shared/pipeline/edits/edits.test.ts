import { describe, expect, it, vi } from 'vitest';
import {
  approvalKey,
  IN_FORCE_KEY,
  LAST_GOOD_KEY,
  PENDING_KEY,
  REJECTED_KEY,
} from '../../../../shared/core/work/in-force.ts';
import { parseDerivativeKey } from '../../../../shared/core/set/keys.ts';
import { PUBLISHED_KEY, publishedSchema } from '../../../../shared/core/list/published.ts';
import { fingerprintOfList } from '../../../../shared/core/list/recipe.ts';
import { ROLLOUT_KEY, resultKey } from '../../../../shared/core/work/run.ts';
import { advanceEdit } from '../../../../shared/pipeline/edits/advance-edit.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { resumeRollout, stopRollout } from '../../../../cli/presets/rollout.ts';
import { type TestDesk, testDesk } from '../../../support/desks.ts';
import { listOf } from '../../../support/preset-lists.ts';

const PHOTO = 'jpeg 1600x1200';

/** Three presets; each edit below changes one thing. */
const list = ({
  top = '',
  rules = "[{ match: 'docs/**', presets: none }, { match: '**', presets: [thumb, feed, zoom] }]",
  thumb = 80,
  feed = '480, 1080',
} = {}) => `
version: 1
retain: 1h
${top}
rules: ${rules}
presets:
  - { name: thumb, widths: [100], formats: { jpeg: { quality: ${thumb} } } }
  - { name: feed, widths: [${feed}], formats: { jpeg: {}, webp: {} } }
  - { name: zoom, widths: [1400], formats: { jpeg: {} } }
`;

const HOUR = 3_600_000;
const KEYS = ['a.jpg', 'b/c.jpg', 'docs/d.jpg', 'e.jpg'];

/** A list in force, and originals that are developed by it. */
async function settled(yaml = list()): Promise<TestDesk> {
  const desk = testDesk();
  desk.write(yaml);
  await advanceEdit(desk);
  for (const key of KEYS) {
    desk.darkroom.originals.upload(key, PHOTO);
    await reconcile(key, desk.darkroom);
  }
  desk.darkroom.codec.encoded.length = 0;
  return desk;
}

function filesOf({ darkroom }: TestDesk): string[] {
  return darkroom.derivatives.keys().filter(key => parseDerivativeKey(key));
}

function presetsOf(keys: string[]): string[] {
  return [...new Set(keys.flatMap(key => parseDerivativeKey(key)?.preset ?? []))].sort();
}

/** What a reader of manifests is shown, all originals together. */
function shown({ darkroom }: TestDesk): string[] {
  return KEYS.flatMap(key => darkroom.manifest(key)?.variants ?? [])
    .filter(({ state }) => state === 'rendered')
    .map(({ key }) => key)
    .sort();
}

function pass(desk: TestDesk, milliseconds: number): void {
  desk.darkroom.at(new Date(desk.now().getTime() + milliseconds).toISOString());
}

/** What clients read. */
function published({ darkroom }: TestDesk): unknown {
  const stored = darkroom.derivatives.objects.get(PUBLISHED_KEY);
  return stored && publishedSchema.parse(JSON.parse(stored.bytes.toString()));
}

describe('the first list', () => {
  it('is put in force, and touches nothing that is there', async () => {
    const desk = testDesk();
    desk.darkroom.originals.upload('a.jpg', PHOTO);
    desk.write(list());
    expect(await advanceEdit(desk)).toBe('idle');
    expect(desk.inForce()?.fingerprint).toBe(fingerprintOfList(listOf(list())));
    expect(desk.tasks).toEqual([]);
    expect(published(desk)).toMatchObject({ fingerprint: desk.inForce()?.fingerprint });
  });

  it('that is bad is refused, and nothing is in force', async () => {
    const desk = testDesk();
    desk.write('version: 1\nrules: []\n');
    await advanceEdit(desk);
    expect(desk.inForce()).toBeUndefined();
    expect(desk.config.keys()).toEqual([REJECTED_KEY, 'presets.yaml']);
  });
});

describe('a bad list', () => {
  it.each([
    ['no YAML', 'version: [', 'presets.yaml:1:'],
    ['an empty file', '', 'presets.yaml:1:1'],
    ['a list without presets', 'version: 1\nrules: []\npresets: []\n', 'presets.yaml:2:'],
    ['a misspelt field', list().replace('widths: [100]', 'width: [100]'), 'presets.yaml:7:'],
  ])('leaves the last good one in force: %s', async (_kind, yaml, place) => {
    const desk = await settled();
    const before = desk.inForce();
    const files = filesOf(desk);
    desk.write(yaml);
    await advanceEdit(desk);
    expect(desk.inForce()).toEqual(before);
    expect(desk.config.objects.get(REJECTED_KEY)?.bytes.toString()).toContain(place);
    desk.darkroom.originals.upload('new.jpg', PHOTO);
    expect(await reconcile('new.jpg', desk.darkroom)).toMatchObject({ outcome: 'developed' });
    expect(filesOf(desk)).toEqual(expect.arrayContaining(files));
  });

  it('is forgotten when a good one follows', async () => {
    const desk = await settled();
    desk.write('version: 2');
    await advanceEdit(desk);
    desk.write(list());
    await advanceEdit(desk);
    expect(desk.config.keys()).not.toContain(REJECTED_KEY);
  });
});

describe('an edit of one preset', () => {
  it('renders that preset’s files and no other', async () => {
    const desk = await settled();
    desk.write(list({ thumb: 70 }));
    await advanceEdit(desk);
    const { encoded } = desk.darkroom.codec;
    expect(encoded).toHaveLength(3);
    expect(presetsOf(encoded)).toEqual(['thumb']);
    expect(desk.rollout()).toMatchObject({
      phase: 'retaining',
      handedOver: { originals: 3, planned: 3 },
      done: { originals: 3, rendered: 3, failures: {} },
    });
  });

  it('leaves what was shown before until its time is over, and then takes it away', async () => {
    const desk = await settled();
    const before = shown(desk);
    desk.write(list({ thumb: 70 }));
    await advanceEdit(desk);
    const after = shown(desk);
    expect(filesOf(desk)).toEqual([...new Set([...before, ...after])].sort());
    pass(desk, HOUR - 1);
    await advanceEdit(desk);
    expect(filesOf(desk)).toEqual(expect.arrayContaining(before));
    pass(desk, 1);
    await advanceEdit(desk);
    expect(filesOf(desk)).toEqual(after);
    expect(desk.rollout()).toMatchObject({ kind: 'retire', phase: 'done' });
  });

  it('that adds a preset moves no file that is there', async () => {
    const desk = await settled();
    const before = shown(desk);
    const more = list().replace(
      '  - { name: zoom',
      '  - { name: wide, widths: [640], formats: { webp: {} } }\n  - { name: zoom',
    );
    desk.write(more.replace('[thumb, feed, zoom]', '[thumb, feed, zoom, wide]'));
    await advanceEdit(desk);
    expect(shown(desk)).toEqual(expect.arrayContaining(before));
    expect(presetsOf(shown(desk).filter(key => !before.includes(key)))).toEqual(['wide']);
  });

  it('that changes only how edits are handled hands nothing over', async () => {
    const desk = await settled();
    desk.write(list({ top: 'approveAbove: { originals: 7 }' }));
    await advanceEdit(desk);
    expect(desk.inForce()?.list.approveAbove.originals).toBe(7);
    expect(desk.tasks).toEqual([]);
  });

  it('hands nothing over before every instance has let go of the former list, however long its write took', async () => {
    const desk = await settled();
    desk.graceMs = 7500;
    const { put } = desk.config;
    let inForceAt = Number.NaN;
    desk.config.put = async (key, ...asked) => {
      if (key === IN_FORCE_KEY) pass(desk, 15_000);
      inForceAt = key === IN_FORCE_KEY ? desk.now().getTime() : inForceAt;
      return await put(key, ...asked);
    };
    const { submit } = desk.queue;
    const waited: number[] = [];
    desk.queue.submit = async (...asked) => {
      waited.push(desk.now().getTime() - inForceAt);
      return await submit(...asked);
    };
    vi.stubGlobal('setTimeout', (wake: () => void, milliseconds: number) => {
      pass(desk, milliseconds);
      queueMicrotask(wake);
    });
    desk.write(list({ thumb: 70 }));
    await advanceEdit(desk).finally(() => vi.unstubAllGlobals());
    expect(waited.length).toBeGreaterThan(0);
    expect(Math.min(...waited)).toBeGreaterThanOrEqual(7500);
  });

  it('that changes only what is urgent is in force at once, and hands nothing over', async () => {
    const desk = await settled();
    const next = list({ top: 'pressure: { after: 1m }' });
    desk.write(next.replace('name: thumb,', 'name: thumb, urgent: true,'));
    await advanceEdit(desk);
    expect(desk.inForce()?.list).toMatchObject({
      pressure: { after: '1m' },
      presets: [{ urgent: true }, {}, {}],
    });
    expect(desk.tasks).toEqual([]);
  });

  it('that wants nothing any more takes all away, after its time', async () => {
    const desk = await settled();
    desk.write(list({ rules: "[{ match: '**', presets: none }]" }));
    await advanceEdit(desk);
    pass(desk, HOUR);
    await advanceEdit(desk);
    expect(filesOf(desk)).toEqual([]);
  });
});

describe('several edits', () => {
  const final = list({ thumb: 60 });
  const wanted = async () => {
    const desk = await settled(final);
    return shown(desk);
  };

  it('within a moment end in the state of the last', async () => {
    const desk = await settled();
    let isSecond = false;
    desk.config.before = ({ operation, key }) => {
      if (operation !== 'put' || key !== PENDING_KEY || isSecond) return;
      isSecond = true;
      desk.write(final);
    };
    desk.write(list({ thumb: 70 }));
    await advanceEdit(desk);
    pass(desk, HOUR);
    await advanceEdit(desk);
    expect(filesOf(desk)).toEqual(await wanted());
  });

  it('good then bad, end in the state of the good one', async () => {
    const desk = await settled();
    let isBad = false;
    desk.config.before = ({ operation, key }) => {
      if (operation !== 'put' || key !== PENDING_KEY || isBad) return;
      isBad = true;
      desk.write('version: none');
    };
    desk.write(final);
    await advanceEdit(desk);
    expect(shown(desk)).toEqual(await wanted());
  });

  it('one during the rollout of another: what that one left undone is done too', async () => {
    const desk = await settled();
    desk.idle = true;
    desk.deadline = new Date(desk.now().getTime() - 1);
    desk.write(list({ feed: '480, 900' }));
    desk.deadline = new Date('2100-01-01');
    let isSecond = false;
    desk.config.before = ({ operation, key }) => {
      if (operation !== 'put' || key !== ROLLOUT_KEY || isSecond) return;
      isSecond = true;
      desk.idle = false;
      desk.write(list({ feed: '480, 900', thumb: 60 }));
    };
    await advanceEdit(desk);
    const made = await settled(list({ feed: '480, 900', thumb: 60 }));
    expect(shown(desk)).toEqual(shown(made));
  });

  it('back to the list in force, drop the one that waited', async () => {
    const desk = await settled(list({ top: 'approveAbove: { originals: 1 }' }));
    desk.write(list({ thumb: 70 }));
    await advanceEdit(desk);
    expect(desk.config.keys()).toContain(PENDING_KEY);
    desk.write(list());
    await advanceEdit(desk);
    expect(desk.config.keys()).not.toContain(PENDING_KEY);
    expect(desk.tasks).toEqual([]);
  });
});

describe('an edit beyond what the list in force lets pass', () => {
  const careful = list({ top: 'approveAbove: { originals: 2 }' });
  const next = list({ thumb: 70, top: 'approveAbove: { originals: 1000 }' });

  it('waits, whatever it says of itself, and changes nothing', async () => {
    const desk = await settled(careful);
    const before = desk.inForce();
    desk.write(next);
    expect(await advanceEdit(desk)).toBe('idle');
    expect(desk.inForce()).toEqual(before);
    expect(desk.config.objects.get(PENDING_KEY)?.bytes.toString()).toContain(
      'more than 2 originals',
    );
    expect(desk.tasks).toEqual([]);
    expect(desk.warnings).toEqual(['presets-wait']);
  });

  it('by its estimated cost waits too', async () => {
    const desk = await settled(list({ top: 'approveAbove: { usd: 0 }' }));
    desk.write(next);
    await advanceEdit(desk);
    expect(desk.config.objects.get(PENDING_KEY)?.bytes.toString()).toContain('USD 0');
  });

  const approve = (desk: TestDesk, from: string) => {
    const to = fingerprintOfList(listOf(next));
    const approval = {
      schema: 1,
      from,
      to,
      originals: 3,
      files: 3,
      approvedAt: '2026-11-23T10:00:00Z',
    };
    desk.config.upload(approvalKey(to), JSON.stringify(approval));
    desk.write(next);
  };

  it('begins once it is approved', async () => {
    const desk = await settled(careful);
    desk.write(next);
    await advanceEdit(desk);
    approve(desk, desk.inForce()?.fingerprint ?? '');
    await advanceEdit(desk);
    expect(desk.rollout()).toMatchObject({ done: { rendered: 3 }, plan: { originals: 3 } });
    expect(desk.config.keys().filter(key => key.startsWith('approvals/'))).toEqual([]);
  });

  it('is not begun by an approval that was given for another list in force', async () => {
    const desk = await settled(careful);
    approve(desk, 'another');
    await advanceEdit(desk);
    expect(desk.tasks).toEqual([]);
    expect(desk.warnings).toContain('approval-outdated');
  });
});

describe('a list in force that cannot be read', () => {
  it('is replaced by its copy while what people wrote is a bad one', async () => {
    const desk = await settled();
    const before = desk.inForce()?.fingerprint;
    desk.write('version: 1\nrules: nonsense\n');
    await advanceEdit(desk);
    desk.config.upload(IN_FORCE_KEY, 'oops');
    await advanceEdit(desk);
    expect(desk.inForce()?.fingerprint).toBe(before);
    expect(desk.config.keys()).toContain(REJECTED_KEY);
    expect(desk.warnings).toContain('record-unreadable');
  });

  it('and has no copy stops nothing else, and is told of', async () => {
    const desk = await settled();
    desk.write('version: 1\nrules: nonsense\n');
    for (const key of [IN_FORCE_KEY, LAST_GOOD_KEY]) desk.config.upload(key, 'oops');
    expect(await advanceEdit(desk)).toBe('idle');
    expect(desk.warnings).toContain('record-unreadable');
  });
});

describe('a rollout whose record is written over by that of a former one', () => {
  it('is begun anew, over every original', async () => {
    const desk = await settled();
    desk.write(list({ thumb: 70 }));
    await advanceEdit(desk);
    const former = String(desk.config.objects.get(ROLLOUT_KEY)?.bytes);
    const { remove } = desk.config;
    desk.config.remove = async keys => {
      const removed = await remove(keys);
      // A write that its invocation gave up long ago takes effect.
      if (
        keys.includes(PENDING_KEY) &&
        desk.inForce()?.list.presets[0]?.formats.jpeg?.quality === 60
      )
        desk.config.upload(ROLLOUT_KEY, former);
      return removed;
    };
    desk.darkroom.codec.encoded.length = 0;
    desk.write(list({ thumb: 60 }));
    await advanceEdit(desk);
    expect(desk.rollout()).toMatchObject({ presets: desk.inForce()?.fingerprint });
    expect(desk.darkroom.codec.encoded).toHaveLength(3);
    expect(desk.warnings).toContain('record-foreign');
  });
});

describe('a list that no function could hold', () => {
  it('is refused unread, and heals as any other', async () => {
    const desk = await settled();
    desk.config.upload('presets.yaml', Buffer.alloc(1_000_001, '#'));
    const { read } = desk;
    desk.read = () => {
      throw new Error('out of memory');
    };
    await advanceEdit(desk);
    expect(JSON.parse(String(desk.config.objects.get(REJECTED_KEY)?.bytes)).problems).toEqual([
      'presets.yaml: expected at most 1 MB, received 1000001 bytes',
    ]);
    desk.read = read;
    desk.write(list());
    await advanceEdit(desk);
    expect(desk.config.keys()).not.toContain(REJECTED_KEY);
  });
});

describe('a pending list that cannot be read', () => {
  it('does not hold up the rollout of the list in force while what people wrote is a bad one', async () => {
    const desk = await settled();
    desk.write(list({ thumb: 70 }));
    await advanceEdit(desk);
    expect(desk.rollout()?.phase).toBe('retaining');
    desk.write('version: 1\nrules: nonsense\n');
    desk.config.upload(PENDING_KEY, 'oops');
    pass(desk, 2 * HOUR);
    await advanceEdit(desk);
    expect(desk.rollout()).toMatchObject({ kind: 'retire', phase: 'done' });
    expect(desk.config.keys()).not.toContain(PENDING_KEY);
  });
});

describe('a rollout', () => {
  it('visits every original where nobody knows what there is, though the list makes nothing of it', async () => {
    const desk = await settled();
    desk.write(list({ rules: "[{ match: '**', presets: none }]" }));
    desk.config.upload(IN_FORCE_KEY, 'oops');
    await advanceEdit(desk);
    expect(desk.tasks.flatMap(({ keys }) => keys)).toEqual(KEYS);
    expect(filesOf(desk)).toEqual([]);
  });

  it('stops loudly when more is rendered than was planned', async () => {
    const desk = await settled();
    desk.idle = true;
    desk.write(list({ thumb: 70 }));
    let isForged = false;
    desk.config.before = ({ operation, key }) => {
      const run = desk.rollout();
      const [task] = desk.tasks;
      if (operation !== 'list' || !key.startsWith('runs/') || !run || !task || isForged) return;
      isForged = true;
      const tally = {
        batches: 1,
        originals: 3,
        planned: 3,
        rendered: 200,
        bytes: 1,
        seconds: 1,
        outcomes: {},
        failures: {},
      };
      desk.config.upload(resultKey(run.id, task.id), JSON.stringify({ task: task.id, tally }));
    };
    await advanceEdit(desk);
    expect(desk.rollout()).toMatchObject({ phase: 'stopped' });
    expect(desk.rollout()?.reason).toContain('rendered 200 files where 3 were planned');
    expect(desk.warnings).toEqual(['run-stopped']);
  });

  it('stops before its next batch where somebody asks, which is no alarm, and goes on without a larger plan', async () => {
    const desk = await settled();
    for (let at = 0; at < 250; at += 1) {
      desk.darkroom.originals.upload(`p/${at}.jpg`, PHOTO);
      await reconcile(`p/${at}.jpg`, desk.darkroom);
    }
    desk.write(list({ thumb: 70 }));
    const tasks = () => ({ submit: async () => 'accepted' as const, invoke: async () => {} });
    const { submit } = desk.queue;
    desk.queue.submit = async (id, payload) => {
      if (desk.tasks.length === 0) await stopRollout('anna', { config: desk.config, tasks });
      return await submit(id, payload);
    };
    await advanceEdit(desk);
    const stopped = desk.rollout();
    expect(stopped).toMatchObject({ phase: 'stopped', kind: 'rollout' });
    expect(stopped?.reason).toMatch(/^anna stopped it at 20/);
    expect(desk.tasks.length).toBeLessThan(3);
    expect(desk.warnings).toEqual([]);
    await advanceEdit(desk);
    expect(desk.rollout()).toEqual(stopped);

    await resumeRollout({ config: desk.config, tasks });
    desk.queue.submit = submit;
    await advanceEdit(desk);
    expect(desk.rollout()).toMatchObject({ phase: 'retaining', granted: 0 });
    expect(desk.rollout()).not.toHaveProperty('reason');
    expect(desk.tasks.flatMap(({ keys }) => keys).sort()).toEqual(
      [...desk.darkroom.originals.keys()].filter(key => !key.startsWith('docs/')).sort(),
    );
    await expect(resumeRollout({ config: desk.config, tasks })).rejects.toThrow(
      'expected a rollout that stopped, the last one is retaining',
    );
    await expect(stopRollout('anna', { config: desk.config, tasks })).rejects.toThrow(
      'expected a rollout that is running, the last one is retaining',
    );
  });

  it('stops also where word comes when its last batch is handed over: what it replaced stays', async () => {
    const desk = await settled();
    desk.write(list({ thumb: 70 }));
    const tasks = () => ({ submit: async () => 'accepted' as const, invoke: async () => {} });
    const { submit } = desk.queue;
    desk.queue.submit = async (id, payload) => {
      await stopRollout('anna', { config: desk.config, tasks });
      await expect(resumeRollout({ config: desk.config, tasks })).rejects.toThrow(
        /^expected a rollout that stopped, the last one is running until it has seen that anna stopped it at 20/,
      );
      return await submit(id, payload);
    };
    await advanceEdit(desk);
    expect(desk.rollout()).toMatchObject({ phase: 'stopped', kind: 'rollout' });
    expect(desk.rollout()?.reason).toMatch(/^anna stopped it at 20/);
    expect(desk.warnings).toEqual([]);
    const before = filesOf(desk);
    pass(desk, 2 * HOUR);
    await advanceEdit(desk);
    expect(filesOf(desk)).toEqual(before);
    desk.queue.submit = submit;
    await resumeRollout({ config: desk.config, tasks });
    await advanceEdit(desk);
    expect(desk.rollout()).toMatchObject({ phase: 'retaining', done: { originals: 3 } });
    expect(desk.rollout()).not.toHaveProperty('reason');
    expect(desk.tasks.length).toBe(1);
  });

  it('goes on by resume where it stopped since more originals were handed over than were approved', async () => {
    const desk = await settled();
    for (let at = 0; at < 450; at += 1) {
      desk.darkroom.originals.upload(`p/${at}.jpg`, PHOTO);
      await reconcile(`p/${at}.jpg`, desk.darkroom);
    }
    const from = desk.inForce()?.fingerprint ?? '';
    const next = list({ thumb: 70 });
    const approval = {
      ...{ schema: 1, from, to: fingerprintOfList(listOf(next)) },
      ...{ originals: 10, files: 10, approvedAt: '2026-11-23T09:00:00.000Z' },
    };
    desk.config.upload(approvalKey(approval.to), JSON.stringify(approval));
    desk.write(next);
    await advanceEdit(desk);
    expect(desk.rollout()?.phase).toBe('stopped');
    expect(desk.rollout()?.reason).toMatch(/^handed over 453 originals where 10 were approved/);
    const tasks = () => ({ submit: async () => 'accepted' as const, invoke: async () => {} });
    await resumeRollout({ config: desk.config, tasks });
    await advanceEdit(desk);
    expect(desk.rollout()).toMatchObject({ phase: 'retaining', done: { originals: 453 } });
  });

  it('leaves what was replaced where it is for as long as its retirement is stopped', async () => {
    const desk = await settled();
    desk.write(list({ thumb: 70 }));
    await advanceEdit(desk);
    pass(desk, 2 * HOUR);
    const tasks = () => ({ submit: async () => 'accepted' as const, invoke: async () => {} });
    let isAsked = false;
    desk.config.before = async () => {
      if (desk.rollout()?.kind !== 'retire' || isAsked) return;
      isAsked = true;
      await stopRollout('anna', { config: desk.config, tasks });
    };
    const before = filesOf(desk);
    await advanceEdit(desk);
    expect(desk.rollout()).toMatchObject({ kind: 'retire', phase: 'stopped' });
    expect(filesOf(desk)).toEqual(before);
    await resumeRollout({ config: desk.config, tasks });
    await advanceEdit(desk);
    expect(desk.rollout()).toMatchObject({ kind: 'retire', phase: 'done' });
    expect(filesOf(desk).length).toBeLessThan(before.length);
  });

  it('is completed by the next, wherever one died', async () => {
    const made = await settled(list({ thumb: 70 }));
    for (let death = 1; ; death += 1) {
      const desk = await settled();
      let puts = 0;
      desk.config.before = ({ operation }) => {
        if (operation !== 'put' && operation !== 'remove') return;
        puts += 1;
        if (puts === death) throw new Error('killed');
      };
      desk.write(list({ thumb: 70 }));
      const isDead = await advanceEdit(desk).then(
        () => false,
        () => true,
      );
      desk.config.before = () => undefined;
      await advanceEdit(desk);
      expect(shown(desk)).toEqual(shown(made));
      expect(desk.inForce()?.fingerprint).toBe(made.inForce()?.fingerprint);
      expect(desk.config.keys()).not.toContain(PENDING_KEY);
      expect(published(desk)).toEqual(published(made));
      if (!isDead) return;
    }
  });
});
