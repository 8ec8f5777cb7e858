import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  directoryUrl,
  newPurge,
  type Purge,
  type PurgeClass,
  type PurgeQuota,
  planPurges,
  purgeClasses,
  purgeKey,
  restOf,
  urlOf,
} from '../../../../shared/core/work/purge.ts';

const room = (left: number, total: number) => ({ left, total });
const day = (urls = 10_000, directories = 100): PurgeQuota => ({
  urls: room(urls, 10_000),
  directories: room(directories, 100),
});

let seconds = 0;
function purge(name: PurgeClass, files: number, directory = 'a.jpg/'): Purge {
  const keys = Array.from({ length: files }, (_, index) => `${directory}f${index}`);
  seconds += 1;
  return newPurge({ class: name, directory, files: keys }, new Date(1.8e12 + seconds * 1000));
}

function ways(purges: Purge[], quota: PurgeQuota): string[] {
  const plan = planPurges(purges, quota);
  return purges.map(
    one =>
      (['directories', 'files', 'waiting'] as const).find(way => plan[way].includes(one)) ?? 'lost',
  );
}

describe('purges within the day’s quota', () => {
  it.each<[string, PurgeClass, number, PurgeQuota, string]>([
    ['a take-down gets a directory, whatever its size', 'takedown', 3, day(), 'directories'],
    ['a take-down without a directory left gets its files', 'takedown', 33, day(500, 0), 'files'],
    ['a take-down of nothing known waits for a directory', 'takedown', 0, day(500, 0), 'waiting'],
    ['a take-down may use the last of all', 'takedown', 33, day(0, 1), 'directories'],
    ['a small set is deleted by its files', 'delete', 33, day(), 'files'],
    ['a set of a hundred files is a directory', 'delete', 100, day(), 'directories'],
    ['a small set is a directory where URLs are short', 'delete', 33, day(2010), 'directories'],
    ['a large set is files where directories are short', 'delete', 150, day(9000, 20), 'files'],
    ['a delete leaves a fifth to take-downs', 'delete', 33, day(2032, 20), 'waiting'],
    ['a delete takes all above the fifth', 'delete', 33, day(2033, 20), 'files'],
    ['a replacement leaves half to those above it', 'replace', 33, day(5032, 50), 'waiting'],
    ['a replacement takes all above the half', 'replace', 33, day(5033, 50), 'files'],
    [
      'more files than a call takes are a directory',
      'delete',
      1001,
      day(10_000, 21),
      'directories',
    ],
  ])('%s', (_rule, name, files, quota, way) => {
    expect(ways([purge(name, files)], quota)).toEqual([way]);
  });

  it('go to the higher class first, and in a class to the one that waits longest', () => {
    const [replaced, late, early] = [
      purge('replace', 600),
      purge('delete', 600),
      purge('delete', 600),
    ];
    const older = { ...early, id: `2000${early.id.slice(4)}` };
    // A call takes 1,000 URLs: the first that is asked for has them.
    expect(ways([replaced, late, older], day(10_000, 20))).toEqual(['waiting', 'waiting', 'files']);
  });

  it('of a take-down that got its files still wants its directory, and nothing else does', () => {
    const down = purge('takedown', 3);
    expect(restOf(down, 'files')).toEqual({ ...down, files: [] });
    expect(restOf(down, 'directories')).toBeUndefined();
    expect(restOf(purge('delete', 3), 'files')).toBeUndefined();
  });

  it('never spend more than there is, leave each class’s reserve, and lose none', () => {
    const anyPurge = fc
      .record({ name: fc.constantFrom(...purgeClasses), files: fc.integer({ min: 0, max: 1500 }) })
      .map(({ name, files }) => purge(name, files));
    const anyRoom = (most: number) =>
      fc
        .tuple(fc.integer({ min: 0, max: most }), fc.integer({ min: 0, max: most }))
        .map(([a, b]) => room(Math.min(a, b), Math.max(a, b)));
    const anyQuota = fc.record({ urls: anyRoom(10_000), directories: anyRoom(100) });
    fc.assert(
      fc.property(fc.array(anyPurge, { maxLength: 150 }), anyQuota, (purges, quota) => {
        const plan = planPurges(purges, quota);
        expect([...plan.directories, ...plan.files, ...plan.waiting].length).toBe(purges.length);
        const urls = (some: Purge[]) => some.reduce((sum, { files }) => sum + files.length, 0);
        expect(urls(plan.files)).toBeLessThanOrEqual(Math.min(1000, quota.urls.left));
        expect(plan.directories.length).toBeLessThanOrEqual(Math.min(100, quota.directories.left));
        for (const [name, share] of [
          ['delete', 0.2],
          ['replace', 0.5],
        ] as const) {
          const isOne = (one: Purge) => one.class === name;
          if (plan.files.some(isOne)) {
            expect(quota.urls.left - urls(plan.files)).toBeGreaterThanOrEqual(0);
            const upToIt = plan.files.filter(
              one => purgeClasses.indexOf(one.class) <= purgeClasses.indexOf(name),
            );
            expect(quota.urls.left - urls(upToIt)).toBeGreaterThanOrEqual(quota.urls.total * share);
          }
          if (plan.directories.some(isOne)) {
            const upToIt = plan.directories.filter(
              one => purgeClasses.indexOf(one.class) <= purgeClasses.indexOf(name),
            );
            expect(quota.directories.left - upToIt.length).toBeGreaterThanOrEqual(
              quota.directories.total * share,
            );
          }
        }
        // A take-down waits only where not even a directory was left for it.
        if (plan.waiting.some(one => one.class === 'takedown')) {
          expect(plan.directories.length).toBe(Math.min(100, quota.directories.left));
        }
      }),
    );
  });
});

describe('addresses', () => {
  it('are encoded as clients ask for them', () => {
    expect(urlOf('https://img.example.com', 'u/图 1.jpg/a+b%.jpg')).toBe(
      'https://img.example.com/u/%E5%9B%BE%201.jpg/a%2Bb%25.jpg',
    );
    expect(directoryUrl('https://img.example.com', 'u/1 2.jpg/')).toBe(
      'https://img.example.com/u/1%202.jpg/',
    );
  });

  it('that the CDN would refuse as too long are those of the directory above', () => {
    const long = '图'.repeat(300);
    expect(directoryUrl('https://a.cn', `u/1/${long}.jpg/`)).toBe('https://a.cn/u/1/');
    expect(directoryUrl('https://a.cn', `${long}.jpg/`)).toBe('https://a.cn/');
    const files = [`u/1/${long}.jpg/0123456789/feed-480-0123456789.jpg`];
    const one = newPurge({ class: 'delete', directory: `u/1/${long}.jpg/`, files }, new Date());
    expect(ways([one], day())).toEqual(['directories']);
  });
});

it('the names of those that wait sort by class, then by time', () => {
  const purges = [
    purge('replace', 1),
    purge('takedown', 1),
    purge('delete', 1),
    purge('takedown', 1),
  ];
  expect(
    purges
      .map(purgeKey)
      .sort()
      .map(key => key.split('/')[1]),
  ).toEqual(['0-takedown', '0-takedown', '1-delete', '2-replace']);
});
