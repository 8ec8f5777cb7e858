import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import OSS from 'ali-oss';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buckets, type Platform, startPlatform } from '../../local/platform.ts';
import type { Manifest } from '../../shared/core/set/manifest.ts';
import { bytesId, reviewKey, verdictKey } from '../../shared/core/moderation/verdict.ts';
import { newPurge, purgeKey } from '../../shared/core/work/purge.ts';
import {
  crashesKey,
  newCrashes,
  newUnfinished,
  unfinishedKey,
} from '../../shared/core/work/unfinished.ts';
import { quarters } from '../support/originals.ts';
import { chinese, logo } from '../support/marks.ts';
import { plain } from '../support/moderation-api.ts';
import { newFolder } from '../support/folders.ts';
import { urlOf } from '../support/platform.ts';
import { darkroom } from '../support/processes.ts';

const listWith = (width: number, more = '') => `
version: 1
retain: 1s
approveAbove: { originals: 1, usd: 1 }
rules:
  - match: '**'
    presets: [small, later]
    moderate: { block: ['* >= high'], review: ['* >= medium'], known: hold, most: 1000 }
presets:
  - name: small
    widths: [${width}]
    formats: { jpeg: {} }
    watermark: [{ image: marks/logo.png, size: 50 }]
  - name: later
    widths: [16]
    formats: { jpeg: {} }
    generate: on_demand
    watermark: [{ text: 张, font: fonts/zh.ttf, size: 50 }]
${more}`;

/** What the list draws with. */
const marks = new Map([
  ['marks/logo.png', await logo()],
  ['fonts/zh.ttf', chinese()],
]);

/** What only a moment needs that a test of minutes does not meet; tests beside the code have it. */
const OUT_OF_REACH = [
  // More than ten minutes of work: the function goes on in another invocation.
  'on-presets-edited: fc:InvokeFunction acs:fc:cn-hangzhou:1234567890123456:functions/darkroom-on-presets-edited',
  'sweep: fc:InvokeFunction acs:fc:cn-hangzhou:1234567890123456:functions/darkroom-sweep',
  // A day's quota that ends in the middle of a purge.
  'sweep: oss:PutObject acs:oss:*:*:config/purges/*',
  // A take-down between the render and the write of a miss.
  'on-cdn-miss: oss:DeleteObject acs:oss:*:*:derivatives/*',
  // A store that fails while it is written to: test/long/faults-storm.test.ts.
  'on-object-changed: oss:PutObject acs:oss:*:*:config/unfinished/*',
  'backfill: oss:PutObject acs:oss:*:*:config/unfinished/*',
  // A list in force that cannot be read while what people wrote is a bad one: edits.test.ts.
  'on-presets-edited: oss:GetObject acs:oss:*:*:config/presets.last-good.json',
  // Of yesterday: sweep.test.ts.
  'sweep: oss:DeleteObject acs:oss:*:*:config/moderation/judged/*',
  'sweep: oss:DeleteObject acs:oss:*:*:config/moderation/held/*',
  'sweep: oss:GetObject acs:oss:*:*:config/moderation/verdicts/*',
  'sweep: oss:DeleteObject acs:oss:*:*:config/moderation/calls/*',
  // A process that crashes, and its next attempts: test/e2e/crash.test.ts.
  ...['on-object-changed', 'backfill'].flatMap(name =>
    ['Get', 'Put', 'Delete'].map(what => `${name}: oss:${what}Object acs:oss:*:*:config/crashes/*`),
  ),
];

const dataDir = newFolder();
let platform: Platform;

/** The local OSS and FC refuse what a policy does not give: a function that needs more fails, and all of this with it. */
beforeAll(async () => {
  const failed: unknown[] = [];
  platform = await startPlatform({
    port: 0,
    dataDir,
    fresh: true,
    identity: undefined,
    presets: { text: listWith(32), file: 'presets.yaml', replace: true, marks },
    onHappening: happening => {
      if (happening.kind === 'failed') failed.push(happening);
    },
  });
  await doEverythingOnce(() => expect(failed).toEqual([]));
});
afterAll(() => platform?.close());

function bucket(name: keyof typeof buckets): OSS {
  return new OSS({ ...platform.oss, bucket: buckets[name], sldEnable: true } as OSS.Options);
}

async function doEverythingOnce(check: () => void): Promise<void> {
  const originals = bucket('originals');
  await originals.put('a.jpg', await quarters(64, 48).jpeg().toBuffer());
  await originals.put('b.jpg', await quarters(64, 48).jpeg().toBuffer());
  await originals.put('c.jpg', Buffer.from('no picture'));
  await platform.host.idle();
  await originals.put('a.jpg', await quarters(80, 60).jpeg().toBuffer());
  await platform.host.idle();
  check();
  await miss('a.jpg');
  await originals.delete('b.jpg');
  check();
  await command('backfill', '--yes', '--force');
  await edit(listWith(24), 'presets.pending.json');
  check();
  await applied(listWith(40));
  await otherLogo();
  check();
  await edit('version: none', 'presets.rejected.json');
  await edit(listWith(40));
  check();
  await takenDown('a.jpg');
  check();
  await judged();
  check();
  await expired('e.jpg');
  check();
}

/** The list as it is written draws with another image: that is an edit, which waits for a person here. */
async function otherLogo(): Promise<void> {
  await bucket('config').put('marks/logo.png', await logo('#ff0000'));
  await platform.host.idle();
  await bucket('config').head('presets.pending.json');
}

/** By an operator, then asked for, uploaded and put back. */
async function takenDown(key: string): Promise<void> {
  await command('takedown', '--yes', key, '--reason', 'test');
  await bucket('originals').put(key, await quarters(48, 64).jpeg().toBuffer());
  await platform.host.idle();
  await command('takedown', '--yes', key, '--undo');
  await platform.host.idle();
}

/** One blocked, one held, by an upload and by a backfill; a person passes what is held. */
async function judged(): Promise<void> {
  const keys = ['red.jpg', 'blue.jpg'];
  await bucket('originals').put('red.jpg', await plain('#ff0000'));
  await bucket('originals').put('blue.jpg', await plain('#0000ff'));
  await platform.host.idle();
  await command('review', 'blue.jpg', '--pass', '--who', 'test');
  await platform.host.idle();
  const config = platform.store.find(buckets.config);
  for (const key of keys) {
    const id = idOf(key);
    for (const name of [verdictKey(id), reviewKey(id)]) await config?.remove(name);
    await platform.store.find(buckets.derivatives)?.remove(`${key}/manifest.json`);
  }
  await command('backfill', '--yes', '--force');
  expect(keys.map(key => config?.objects.get(verdictKey(idOf(key)))?.size)).not.toContain(
    undefined,
  );
}

function idOf(key: string): string {
  const stored = platform.store.find(buckets.originals)?.objects.get(key);
  if (!stored) throw new Error(`expected an original at ${key}`);
  return bytesId({ ...stored, bytes: stored.size });
}

/** As a lifecycle rule does it, without an event, and of so few that the sweep dares to follow. */
async function expired(key: string): Promise<void> {
  const file = await quarters(64, 48).jpeg().toBuffer();
  for (let n = 0; n < 20; n += 1) await bucket('originals').put(`many/${n}.jpg`, file);
  await bucket('originals').put(key, file);
  await platform.host.idle();
  await platform.store.find(buckets.originals)?.remove(key);
  await purgeOfYesterday();
  await workOfYesterday();
  for (const kind of ['darkroom.sweep', 'darkroom.drain']) {
    await platform.host.invoke('sweep', Buffer.from(JSON.stringify({ kind })));
    await platform.host.idle();
  }
}

/** Asks the CDN for what is made on demand only, and waits until the manifest has it. */
async function miss(key: string): Promise<void> {
  const manifest = await fetch(urlOf(platform.cdn, `${key}/manifest.json`));
  const { variants } = (await manifest.json()) as Manifest;
  for (const variant of variants.filter(({ state }) => state === 'on_demand')) {
    expect((await fetch(urlOf(platform.cdn, variant.key))).status).toBe(200);
  }
  await platform.host.idle();
}

async function edit(text: string, leaves?: string): Promise<void> {
  await bucket('config').put('presets.yaml', Buffer.from(text));
  await platform.host.idle();
  if (leaves) await bucket('config').head(leaves);
}

/** What is replaced stays for ten minutes at least, which nobody waits for here. */
async function endRetention(rollout: object): Promise<void> {
  const retireAt = new Date(Date.now() - 1000).toISOString();
  const text = JSON.stringify({ ...rollout, retireAt });
  await bucket('config').put('rollout.json', Buffer.from(text));
}

/** With its rollout and, once its time is over, the removal of what it replaced. */
async function applied(text: string): Promise<void> {
  const [list, plan] = [join(dataDir, 'next.yaml'), join(dataDir, 'plan.json')];
  await writeFile(list, text);
  for (const [path, bytes] of marks) {
    await mkdir(dirname(join(dataDir, path)), { recursive: true });
    await writeFile(join(dataDir, path), bytes);
  }
  await command('presets', 'plan', list, '--out', plan);
  await command('presets', 'apply', plan);
  for (let phase = ''; phase !== 'done'; ) {
    const tended = await platform.host.invoke(
      'on-presets-edited',
      Buffer.from('{"kind":"darkroom.tend"}'),
    );
    if (tended.functionError) throw new Error(tended.payload.toString('utf8'));
    const rollout = JSON.parse(String((await bucket('config').get('rollout.json')).content));
    phase = rollout.phase;
    if (phase === 'retaining') await endRetention(rollout);
    if (phase === 'stopped') throw new Error('expected the rollout to end, it stopped');
  }
}

async function command(...words: string[]): Promise<void> {
  expect(await darkroom(...words, '--data', dataDir)).toMatchObject({ code: 0 });
}

/** Left by a run that died, of an original that is gone since. */
async function workOfYesterday(): Promise<void> {
  const key = 'gone.jpg';
  const record = newUnfinished(key, new Date(Date.now() - 86_400_000));
  await bucket('config').put(unfinishedKey(key), Buffer.from(JSON.stringify(record)));
  const yesterday = new Date(Date.now() - 2 * 86_400_000);
  const crashes = newCrashes({ key, etag: 'E', bytes: 1 }, 1, yesterday);
  await bucket('config').put(crashesKey(key), Buffer.from(JSON.stringify(crashes)));
  // Of one that is still there: it is handed over, and the word taken back.
  const other = newUnfinished('c.jpg', new Date(Date.now() - 86_400_000));
  await bucket('config').put(unfinishedKey('c.jpg'), Buffer.from(JSON.stringify(other)));
}

/** A purge waits a minute for whoever made it to go on; this one is older, and more than a call takes. */
async function purgeOfYesterday(): Promise<void> {
  const yesterday = new Date(Date.now() - 86_400_000);
  const files = Array.from({ length: 3 }, (_, n) => `a.jpg/x/${n}.jpg`);
  for (const name of ['takedown', 'delete'] as const) {
    const purge = newPurge({ class: name, directory: 'a.jpg/', files }, yesterday);
    await bucket('config').put(purgeKey(purge), Buffer.from(JSON.stringify(purge)));
  }
}

describe('each function of s.yaml', () => {
  it('needs each right that its policy gives', () => {
    const idle = [...platform.roles.values()].flatMap(({ name, grants, used }) =>
      grants
        .filter(grant => /^(oss|fc|cdn|yundun-greenweb):/.test(grant) && !used.has(grant))
        .map(grant => `${name}: ${grant}`),
    );
    expect(idle.sort()).toEqual(OUT_OF_REACH.sort());
  });

  it('may write no original, and no list that people write', async () => {
    const roles = [...platform.roles.values()];
    const objects = ['originals/a.jpg', 'config/presets.yaml'];
    for (const action of ['oss:PutObject', 'oss:DeleteObject', 'oss:PutObjectAcl']) {
      for (const object of objects) {
        const able = roles.filter(({ credential }) =>
          credential.may(action, `acs:oss:cn-hangzhou:1000000000000000:${object}`),
        );
        expect(able.map(({ name }) => name)).toEqual([]);
      }
    }
  });
});
