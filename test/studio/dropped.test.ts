import { expect, it } from 'vitest';
import { type Entry, filesDropped } from '../../studio/dropped.ts';

/** Entries as a browser gives them of what is dropped; the browser itself is in test/long/studio.test.ts. */

function file(fullPath: string, type = 'image/jpeg'): Entry {
  const name = fullPath.split('/').at(-1);
  const read = (take: (file: object) => void) => take({ name, type });
  return { isFile: true, isDirectory: false, fullPath, ...{ file: read } };
}

function unreadable(fullPath: string): Entry {
  const read = (_: unknown, refuse: (thrown: Error) => void) =>
    refuse(new DOMException('A requested file could not be read', 'NotReadableError'));
  return { isFile: true, isDirectory: false, fullPath, ...{ file: read } };
}

function folder(fullPath: string, inside: () => Entry[]): Entry {
  const createReader = () => {
    const answers = [inside(), []];
    return { readEntries: (take: (some: Entry[]) => void) => take(answers.shift() ?? []) };
  };
  return { isFile: false, isDirectory: true, fullPath, ...{ createReader } };
}

function dropped(...entries: Entry[]) {
  const items = entries.map(entry => ({ webkitGetAsEntry: () => entry }));
  return filesDropped({ items, files: [] });
}

it('takes the others where one cannot be read, and counts it', async () => {
  const inside = () => [file('/a/x.jpg'), unreadable('/a/y.jpg'), file('/a/z.txt', 'text/plain')];
  const taken = await dropped(folder('/a', inside), unreadable('/b.jpg'), file('/c.jpg'));
  expect(taken).toMatchObject({ leftOut: 1, unread: 2 });
  expect(typeof taken === 'object' && taken.files.map(({ path }) => path)).toEqual([
    'a/x.jpg',
    'c.jpg',
  ]);
});

it('takes two thousand photos and not one more', async () => {
  const photos = (count: number) => () =>
    Array.from({ length: count }, (_, at) => file(`/a/${at}.jpg`));
  expect(await dropped(folder('/a', photos(2000)))).toMatchObject({ leftOut: 0, unread: 0 });
  expect(await dropped(folder('/a', photos(2001)))).toBe('too-many');
});

it('ends in folders without an end, though there is no picture in them', async () => {
  let opened = 0;
  const inside = (): Entry[] => {
    opened += 1;
    if (opened > 100_000) throw new Error('expected an end');
    return [file('/a/note.txt', 'text/plain'), folder('/a/a', inside)];
  };
  expect(await dropped(folder('/a', inside))).toBe('too-many');
});

/** Answers these, one after the other, and then fails. */
function failingFolder(fullPath: string, answers: Entry[][]): Entry {
  const createReader = () => ({
    readEntries: (take: (some: Entry[]) => void, refuse: (thrown: Error) => void) => {
      const some = answers.shift();
      if (some) take(some);
      else refuse(new DOMException('A requested file could not be read', 'NotReadableError'));
    },
  });
  return { isFile: false, isDirectory: true, fullPath, ...{ createReader } };
}

it('takes what it could read of a folder, and the others, where it fails, and counts it', async () => {
  const half = failingFolder('/a', [[file('/a/x.jpg')]]);
  const taken = await dropped(half, failingFolder('/b', []), file('/c.jpg'));
  expect(taken).toMatchObject({ leftOut: 0, unread: 2 });
  expect(typeof taken === 'object' && taken.files.map(({ path }) => path)).toEqual([
    'a/x.jpg',
    'c.jpg',
  ]);
});

it('ends in one folder without an end', async () => {
  let asked = 0;
  const readEntries = (take: (some: Entry[]) => void) => {
    asked += 1;
    take(asked > 1000 ? [] : Array.from({ length: 100 }, () => file('/a/n.txt', 'text/plain')));
  };
  const endless = { isFile: false, isDirectory: true, fullPath: '/a' };
  expect(await dropped({ ...endless, ...{ createReader: () => ({ readEntries }) } })).toBe(
    'too-many',
  );
  expect(asked).toBeLessThan(300);
});
