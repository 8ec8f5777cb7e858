import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import OSS from 'ali-oss';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buckets, type Platform, startPlatform } from '../../local/platform.ts';
import type { Manifest } from '../../shared/core/manifest.ts';
import { quarters } from '../support/originals.ts';
import { newFolder, removeFolder, urlOf } from '../support/platform.ts';
import { darkroom } from '../support/processes.ts';

const listWith = (width: number, more = '') => `
version: 1
retain: 1s
approveAbove: { originals: 1, usd: 1 }
rules: [{ match: '**', presets: [small, later] }]
presets:
  - { name: small, widths: [${width}], formats: { jpeg: {} } }
  - { name: later, widths: [16], formats: { jpeg: {} }, generate: on_demand }
${more}`;

/** Needs ten minutes of work in one invocation; test/shared/pipeline/edits.test.ts has it. */
const OUT_OF_REACH = [
  'on-presets-edited: fc:InvokeFunction acs:fc:cn-hangzhou:1234567890123456:functions/darkroom-on-presets-edited',
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
    presets: { text: listWith(32), file: 'presets.yaml', replace: true },
    onHappening: happening => {
      if (happening.kind === 'failed') failed.push(happening);
    },
  });
  await doEverythingOnce(() => expect(failed).toEqual([]));
});
afterAll(async () => {
  await platform?.close();
  removeFolder(dataDir);
});

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
  await command('backfill', '--force');
  await edit(listWith(24), 'presets.pending.json');
  check();
  await applied(listWith(40));
  await edit('version: none', 'presets.rejected.json');
  await edit(listWith(40));
  check();
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

/** With its rollout and, once its time is over, the sweep of what it replaced. */
async function applied(text: string): Promise<void> {
  const [list, plan] = [join(dataDir, 'next.yaml'), join(dataDir, 'plan.json')];
  await writeFile(list, text);
  await command('presets', 'plan', list, '--out', plan);
  await command('presets', 'apply', plan);
  for (let phase = ''; phase !== 'done'; ) {
    await platform.host.invoke('on-presets-edited', Buffer.from('{"kind":"darkroom.tend"}'));
    phase = JSON.parse(String((await bucket('config').get('rollout.json')).content)).phase;
    if (phase === 'stopped') throw new Error('expected the rollout to end, it stopped');
  }
}

async function command(...words: string[]): Promise<void> {
  expect(await darkroom(...words, '--data', dataDir)).toMatchObject({ code: 0 });
}

describe('each function of s.yaml', () => {
  it('needs each right that its policy gives', () => {
    const idle = [...platform.roles.values()].flatMap(({ name, grants, used }) =>
      grants
        .filter(grant => /^(oss|fc|cdn):/.test(grant) && !used.has(grant))
        .map(grant => `${name}: ${grant}`),
    );
    expect(idle).toEqual(OUT_OF_REACH);
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
