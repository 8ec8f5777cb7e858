import { beforeEach, describe, expect, it } from 'vitest';
import { type AlbumBook, albumBook } from '../../studio/album-book.ts';
import type { AlbumEntry, AlbumPage } from '../../studio/wire.ts';

const PAGE = 3;

let keys: string[];
let asked: (string | undefined)[];
let isDown = false;
let book: AlbumBook;

const entryOf = (key: string): AlbumEntry => ({
  key,
  bytes: 1,
  state: 'ready',
  done: 1,
  wanted: 1,
});

/** As the server answers. */
async function ask(after: string | undefined): Promise<AlbumPage> {
  if (isDown) throw new Error('down');
  asked.push(after);
  const left = keys.toSorted().filter(key => after === undefined || key > after);
  const shown = left.slice(0, PAGE);
  const last = shown.at(-1);
  return {
    entries: shown.map(entryOf),
    searched: shown.length,
    ...(left.length > PAGE && last !== undefined ? { after: last } : {}),
  };
}

const shown = async () => (await book.read()).entries.map(({ key }) => key).join('');

describe('an album in pages', () => {
  beforeEach(async () => {
    keys = [...'bdfhjlnp'];
    book = albumBook(ask);
    asked = [];
    await book.read();
    book.more();
    expect(await shown()).toBe('bdfhjl');
    asked = [];
  });

  it('keeps those that were asked for when something is heard, and asks for the one alone', async () => {
    expect(book.hear('h', 'set')).toBe(true);
    expect(await shown()).toBe('bdfhjl');
    expect(asked).toEqual(['f']);
  });

  it('asks for every page anew where something was not heard', async () => {
    keys = [...'bcd'];
    expect(book.doubt()).toBe(true);
    expect(await shown()).toBe('bcd');
    expect(asked).toEqual([undefined]);
  });

  it('asks for nothing when a burst of others comes in', () => {
    const burst = Array.from({ length: 5000 }, (_, at) => `z${at}`);
    expect(burst.filter(key => book.hear(key, 'set') || book.hear(key, 'file'))).toEqual([]);
  });

  it('asks for nothing at each file of what it shows', () => {
    expect(book.hear('h', 'file')).toBe(false);
    expect(book.hear('i', 'file')).toBe(true);
  });

  it('loses none where one comes in, or goes, before a border', async () => {
    keys.push('a');
    expect(book.hear('a', 'file')).toBe(true);
    expect(await shown()).toBe('abdfhj');
    keys = keys.filter(key => key !== 'b' && key !== 'd');
    book.hear('b', 'set');
    expect(await shown()).toBe('afhjln');
    keys = ['a'];
    book.hear('a', 'set');
    expect(await shown()).toBe('a');
  });

  it('asks again for what it was not told', async () => {
    book.hear('h', 'set');
    isDown = true;
    await expect(book.read()).rejects.toThrow('down');
    isDown = false;
    await book.read();
    expect(asked).toEqual(['f']);
  });
});
