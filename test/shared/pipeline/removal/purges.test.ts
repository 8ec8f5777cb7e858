import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import { PURGES, type Purge, purgedKey } from '../../../../shared/core/work/purge.ts';
import { countPurges, drainPurges, keepPurge } from '../../../../shared/pipeline/removal/purges.ts';
import type { CdnPurges } from '../../../../shared/ports.ts';
import { memoryStore } from '../../../support/memory-store.ts';

/** A CDN that counts down its quota. */
function scriptedCdn(urls = 10_000, directories = 100) {
  const left = { urls, directories };
  const asked: { what: string; urls: string[] }[] = [];
  const cdn: CdnPurges = {
    quota: async () => ({
      urls: { total: 10_000, left: left.urls },
      directories: { total: 100, left: left.directories },
    }),
    purge: async (what, list) => {
      const kind = what === 'files' ? 'urls' : 'directories';
      if (left[kind] < list.length) throw new Failure('PURGE_BUSY', 'over quota');
      left[kind] -= list.length;
      asked.push({ what, urls: list });
      return `task-${asked.length}`;
    },
  };
  return { cdn, asked, left };
}

function desk(cdn: CdnPurges) {
  let time = new Date('2026-11-23T10:00:00.000Z');
  const config = memoryStore();
  const nothing = () => undefined;
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  return {
    config,
    cdn,
    domain: 'https://img.example.com',
    log,
    now: () => time,
    isBehindCdn: true,
    later: (ms: number) => {
      time = new Date(time.getTime() + ms);
    },
    waiting: () => config.keys().filter(key => key.startsWith(PURGES)),
  };
}

const about = (name: Purge['class'], key: string, files = 2) => ({
  class: name,
  directory: `${key}/`,
  files: Array.from({ length: files }, (_, index) => `${key}/f ${index}`),
});

describe('purges that wait', () => {
  it('cost one request where there are none', async () => {
    const { cdn } = scriptedCdn();
    const one = desk({ ...cdn, quota: () => Promise.reject(new Error('not to be asked')) });
    expect(await drainPurges(one)).toEqual({ done: 0, waiting: 0, tasks: [] });
    expect(one.config.calls).toHaveLength(1);
  });

  it('are left alone for a minute, since their files may still be going', async () => {
    const { cdn, asked } = scriptedCdn();
    const one = desk(cdn);
    await keepPurge(about('delete', 'a.jpg'), one);
    await drainPurges(one);
    expect(asked).toEqual([]);
    one.later(61_000);
    expect(await drainPurges(one)).toEqual({ done: 1, waiting: 0, tasks: ['task-1'] });
    expect(asked).toEqual([
      {
        what: 'files',
        urls: ['https://img.example.com/a.jpg/f%200', 'https://img.example.com/a.jpg/f%201'],
      },
    ]);
    expect(one.waiting()).toEqual([]);
  });

  it('are left to whoever asks the CDN itself, until the time that was said', async () => {
    const { cdn, asked } = scriptedCdn();
    const one = desk(cdn);
    const hour = 3_600_000;
    const notBefore = new Date(one.now().getTime() + hour);
    const id = (await keepPurge(about('takedown', 'a.jpg'), one, notBefore)) ?? '';
    expect(id).toMatch(new RegExp(`^${notBefore.toISOString()}-[0-9a-f]{12}$`));
    one.later(hour);
    await drainPurges(one);
    expect(asked).toEqual([]);
    expect(await drainPurges(one, new Set([id]))).toMatchObject({ done: 1, waiting: 0 });
    expect(asked).toHaveLength(1);
  });

  it('of a take-down are purged at once by whoever removed the files, and leave their proof', async () => {
    const { cdn, asked } = scriptedCdn();
    const one = desk(cdn);
    await keepPurge(about('delete', 'b.jpg'), one);
    const id = await keepPurge(about('takedown', 'a.jpg'), one);
    await drainPurges(one, new Set([id ?? '']));
    expect(asked).toEqual([{ what: 'directories', urls: ['https://img.example.com/a.jpg/'] }]);
    expect(one.waiting()).toHaveLength(1);
    const proof = JSON.parse(String(one.config.objects.get(purgedKey(id ?? ''))?.bytes));
    expect(proof).toMatchObject({
      directory: 'a.jpg/',
      tasks: [{ of: 'directory', id: 'task-1' }],
    });
  });

  it('of a take-down get their files at once and their directory when there is one again', async () => {
    const { cdn, asked, left } = scriptedCdn(10_000, 0);
    const one = desk(cdn);
    const id = (await keepPurge(about('takedown', 'a.jpg'), one)) ?? '';
    one.later(61_000);
    expect(await drainPurges(one)).toMatchObject({ done: 0, waiting: 1 });
    expect(await drainPurges(one)).toMatchObject({ done: 0, waiting: 1 });
    expect(asked.map(({ what }) => what)).toEqual(['files']);
    left.directories = 1;
    expect(await drainPurges(one)).toMatchObject({ done: 1, waiting: 0 });
    expect(asked.map(({ what }) => what)).toEqual(['files', 'directories']);
    const proof = JSON.parse(String(one.config.objects.get(purgedKey(id))?.bytes));
    expect(proof.tasks.map(({ of }: { of: string }) => of)).toEqual(['files', 'directory']);
  });

  it('stay where the CDN does not take them', async () => {
    const { cdn } = scriptedCdn();
    const one = desk({ ...cdn, purge: () => Promise.reject(new Failure('PURGE_BUSY', 'busy')) });
    await keepPurge(about('delete', 'a.jpg'), one);
    one.later(61_000);
    await expect(drainPurges(one)).rejects.toMatchObject({ code: 'PURGE_BUSY' });
    expect(await countPurges(one.config)).toEqual({ takedown: 0, delete: 1, replace: 0 });
  });

  it('come to their end in class order over days of quota, however the drain dies, and none is lost', async () => {
    const { cdn, asked, left } = scriptedCdn(2500, 20);
    const one = desk(cdn);
    const names = ['replace', 'delete', 'takedown'] as const;
    for (let index = 0; index < 90; index += 1) {
      await keepPurge(about(names[index % 3] ?? 'delete', `p/${index}.jpg`, 40), one);
      one.later(1000);
    }
    one.later(61_000);
    let changes = 0;
    for (let turn = 0; turn < 200 && one.waiting().length > 0; turn += 1) {
      // Every seventh change is the last of its drain.
      one.config.before = ({ operation }) => {
        if (operation === 'list' || operation === 'get') return;
        changes += 1;
        if (changes % 7 === 0) throw new Error('power cut');
      };
      await drainPurges(one).catch(() => undefined);
      one.config.before = () => undefined;
      if (turn % 10 === 9) Object.assign(left, { urls: 10_000, directories: 100 });
    }
    expect(one.waiting()).toEqual([]);
    const urls = new Set(asked.flatMap(call => call.urls));
    for (let index = 0; index < 90; index += 1) {
      const isWhole = urls.has(`https://img.example.com/p/${index}.jpg/`);
      const isByFile = urls.has(`https://img.example.com/p/${index}.jpg/f%2039`);
      expect(index % 3 === 2 ? isWhole : isWhole || isByFile).toBe(true);
    }
  });

  it('go on where the CDN refuses one of them, which is told and stays', async () => {
    const { cdn, asked } = scriptedCdn();
    const refusing: CdnPurges = {
      ...cdn,
      purge: async (what, urls) => {
        if (!urls.some(url => url.includes('bad'))) return await cdn.purge(what, urls);
        throw new Failure('PURGE_DENIED', 'the CDN refused (InvalidObjectPath)', { status: 400 });
      },
    };
    const errors: string[] = [];
    const quiet = desk(refusing);
    const log = { ...quiet.log, error: (event: string) => void errors.push(event) };
    const one = { ...quiet, log };
    for (const key of ['a.jpg', 'b.jpg', 'bad.jpg', 'c.jpg', 'd.jpg']) {
      await keepPurge(about('delete', key), one);
      one.later(1000);
    }
    one.later(61_000);
    expect(await drainPurges(one)).toMatchObject({ done: 4, waiting: 1 });
    expect(errors).toEqual(['purge-refused']);
    expect(asked.flatMap(({ urls }) => urls)).toHaveLength(8);
    expect(one.waiting()).toHaveLength(1);
  });

  it('stop where the CDN refuses them all: that is no URL’s fault', async () => {
    const { cdn } = scriptedCdn();
    let calls = 0;
    const purge: CdnPurges['purge'] = async () => {
      calls += 1;
      throw new Failure('PURGE_DENIED', 'the CDN refused (InvalidDomain)', { status: 400 });
    };
    const one = desk({ ...cdn, purge });
    for (let index = 0; index < 200; index += 1) {
      await keepPurge(about('delete', `${index}.jpg`), one);
      one.later(10);
    }
    one.later(61_000);
    await expect(drainPurges(one)).rejects.toMatchObject({ code: 'PURGE_DENIED' });
    expect(calls).toBeLessThan(30);
    expect(one.waiting()).toHaveLength(200);
  });
});
