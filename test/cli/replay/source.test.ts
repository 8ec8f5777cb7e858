import { mkdirSync, readdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { messagesIn } from '../../../cli/replay/source.ts';
import { newFolder } from '../../support/folders.ts';

/** Where a local platform keeps them: the oldest first. */
function threeMessages() {
  const folder = newFolder();
  const failure = join(folder, 'tasks', 'failure');
  const replayed = join(folder, 'tasks', 'replayed');
  mkdirSync(failure, { recursive: true });
  mkdirSync(replayed);
  for (const [at, name] of ['a', 'b', 'c'].entries()) {
    writeFileSync(join(failure, `${name}.json`), name);
    utimesSync(join(failure, `${name}.json`), at + 1, at + 1);
  }
  const byAnother = (name: string) =>
    renameSync(join(failure, `${name}.json`), join(replayed, `${name}.json`));
  return { folder, failure, replayed, byAnother };
}

describe('messages of a folder that another replay works through as well', () => {
  it('are passed over once they are put away, and the others are there', async () => {
    const { folder, byAnother } = threeMessages();
    const seen: string[] = [];
    for await (const { text } of messagesIn(folder)) {
      seen.push(text);
      if (text === 'a') byAnother('b');
    }
    expect(seen).toEqual(['a', 'c']);
  });

  it('may be put away by it between their reading and their end', async () => {
    const { folder, failure, replayed, byAnother } = threeMessages();
    for await (const { text, done } of messagesIn(folder)) {
      if (text === 'b') byAnother('b');
      await done();
    }
    expect(readdirSync(failure)).toEqual([]);
    expect(readdirSync(replayed)).toEqual(['a.json', 'b.json', 'c.json']);
  });
});
