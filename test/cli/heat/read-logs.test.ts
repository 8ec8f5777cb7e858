import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { logFilesIn } from '../../../cli/heat/log-files.ts';
import { readLogs } from '../../../cli/heat/read-logs.ts';
import { newTally } from '../../../cli/heat/tally.ts';
import { cellsOf } from '../../../shared/core/work/cells.ts';
import { logLineOf, urlOf } from '../../support/cdn-logs.ts';
import { newFolder } from '../../support/folders.ts';
import { listOf, SMALL } from '../../support/preset-lists.ts';

const cells = cellsOf(listOf(SMALL));
const lineOf = (index: number) =>
  logLineOf({ url: urlOf(`p/${index}.jpg`, 'feed-480-0123456789.webp') });
const linesOf = (count: number) => Array.from({ length: count }, (_, index) => lineOf(index));
const text = (count: number) => `${linesOf(count).join('\n')}\n`;

let folder: string;
const written = (name: string, bytes: Buffer | string): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

beforeEach(() => {
  folder = newFolder();
});

async function read(...files: string[]) {
  const tally = newTally({ cells, days: undefined, host: undefined });
  const skipped = await readLogs(files, tally, () => undefined);
  return { views: tally.lines.views, broken: tally.lines.broken, skipped };
}

describe('a log', () => {
  it.each<[string, Buffer | string, number]>([
    ['gzipped', gzipSync(text(5000)), 5000],
    ['unpacked', text(5000), 5000],
    [
      'of several gzips, one behind the other',
      Buffer.concat([gzipSync(text(3)), gzipSync(text(4))]),
      7,
    ],
    ['without an end of its last line', gzipSync(linesOf(3).join('\n')), 3],
    ['with Windows’ ends of lines', gzipSync(linesOf(3).join('\r\n')), 3],
    ['with empty lines', gzipSync(`\n\n${text(2)}\n\n`), 2],
    ['with zeros behind its gzip', Buffer.concat([gzipSync(text(3)), Buffer.alloc(3e6)]), 3],
    ['with nothing in it', gzipSync(''), 0],
    ['that is empty', '', 0],
  ])('is read %s', async (_what, bytes, views) => {
    const found = await read(written('a.gz', bytes));
    expect(found).toEqual({ views, broken: 0, skipped: { first: null, damaged: 0, cut: [] } });
  });

  it('that is cut off counts as far as it goes, and is named; the next is read', async () => {
    const whole = gzipSync(Buffer.concat([...Array(400)].map((_, i) => Buffer.from(text(i + 1)))));
    const cut = written('cut.gz', whole.subarray(0, whole.length / 2));
    const { views, broken, skipped } = await read(cut, written('next.gz', gzipSync(text(7))));
    expect(views).toBeGreaterThan(7);
    expect(broken).toBe(0);
    expect(skipped.damaged).toBe(1);
    expect(skipped.cut).toEqual([
      expect.stringMatching(new RegExp(`^${cut} after line ${views - 7}: unexpected end of file$`)),
    ]);
  });

  it('with rubbish behind its gzip counts but for what came last, and is named', async () => {
    const bytes = Buffer.concat([gzipSync(text(20_000)), Buffer.alloc(3e6, 'x')]);
    const { views, skipped } = await read(written('a.gz', bytes));
    expect(skipped.cut).toEqual([expect.stringContaining('incorrect header check')]);
    expect(views).toBeGreaterThan(18_000);
  });

  it.each([2, 9, 15])('of which there are %i bytes is named', async length => {
    const { views, skipped } = await read(written('a.gz', gzipSync(text(3)).subarray(0, length)));
    expect({ views, damaged: skipped.damaged }).toEqual({ views: 0, damaged: 1 });
  });

  it('that is damaged counts as far as it goes, and is named', async () => {
    const bytes = gzipSync(text(20_000));
    bytes.fill(0xff, bytes.length / 2, bytes.length / 2 + 200);
    const next = written('b.gz', gzipSync(text(1)));
    const { views, skipped } = await read(written('a.gz', bytes), next);
    expect(skipped.damaged).toBe(1);
    expect(views).toBeGreaterThan(5000);
  });

  it('that is no log is skipped line by line, and the first is named', async () => {
    const file = written('a.log', `${text(2)}hello\n\u0000\u0001\n${text(1)}`);
    const { views, broken, skipped } = await read(file);
    expect({ views, broken, first: skipped.first }).toEqual({
      views: 3,
      broken: 2,
      first: `${file}:3`,
    });
  });

  it('with a line of megabytes skips that line alone', async () => {
    const long = logLineOf({ url: urlOf('x'.repeat(9e6), 'feed-480-0123456789.webp') });
    const file = written('a.gz', gzipSync(`${text(1)}${long}\n${text(1)}`));
    const { views, broken, skipped } = await read(file);
    expect({ views, broken, first: skipped.first }).toEqual({
      views: 2,
      broken: 1,
      first: `${file}:2`,
    });
  });

  it('that cannot be read is named', async () => {
    const { skipped } = await read(join(folder, 'none.gz'));
    expect(skipped.cut).toEqual([expect.stringMatching(/none\.gz after line 0: ENOENT/)]);
  });
});

describe('logs', () => {
  it('are all of a folder, in order, each name once', async () => {
    mkdirSync(join(folder, 'again'));
    const names = ['cdn.example.com_2026_11_09_010000_020000.gz', 'b.log', 'notes.txt'];
    const [first, second] = names.map(name => written(name, ''));
    const again = written(join('again', names[0] ?? ''), '');
    const { files, doubled } = await logFilesIn([folder, String(first)]);
    expect(files.toSorted()).toEqual([again, second].toSorted());
    expect(doubled).toEqual([first]);
  });

  it.each(['none', 'empty'])('are missed: %s', async name => {
    mkdirSync(join(folder, 'empty'));
    await expect(logFilesIn([join(folder, name)])).rejects.toThrow(/expected (a log|logs)/);
  });
});
