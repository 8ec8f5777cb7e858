import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { uploadsFrom } from '../../../cli/rehearse/uploads-file.ts';
import { newFolder } from '../../support/folders.ts';

const read = async (text: string) => {
  const file = join(newFolder(), 'uploads.csv');
  writeFileSync(file, text);
  return await uploadsFrom(file);
};

describe('uploads a minute in CSV', () => {
  it.each([
    ['one column', 'uploads\n3\n0\n12\n', [3, 0, 12]],
    ['others beside it', 'time,uploads,note\n20:00,5,"a, b"\n20:01,6,\n', [5, 6]],
    ['minutes that begin anywhere', 'minute,uploads\n60,5\n61,6', [5, 6]],
    ["Excel's mark, blanks and empty lines", '\uFEFFuploads\r\n 7 \r\n\r\n8\r\n', [7, 8]],
  ])('is read: %s', async (_, text, uploads) => {
    expect(await read(text)).toEqual(uploads);
  });

  it.each([
    ['a word', 'uploads\n3\nmany\n', /uploads\.csv:3: expected the uploads .* received “many”/],
    ['less than nothing', 'uploads\n-1\n', /:2: expected the uploads .* received “-1”/],
    ['a part', 'uploads\n1.5\n', /:2: expected .* a whole number, received “1.5”/],
    ['nothing', 'time,uploads\n20:00,\n', /:2: expected .* received “”/],
    [
      'no such column',
      'minute,count\n1,2\n',
      /:1: expected a column named uploads, .* minute, count/,
    ],
    ['no rows', 'uploads\n', /:2: expected a row for each minute, received none/],
    ['an empty file', '', /:2: expected a row for each minute, received none/],
    ['a gap', 'minute,uploads\n1,2\n2,2\n4,2\n', /:4: expected minute 3, received “4”/],
    ['a minute that is none', 'minute,uploads\nx,2\n', /:2: expected minute a number, .*“x”/],
    ['a row cut short', 'minute,uploads\n1,2\n2\n', /:3: expected CSV: Invalid Record Length/],
    ['an open quote', 'uploads\n"3\n', /:\d: expected CSV: Quote Not Closed/],
    ['too long a time', `uploads\n${'1\n'.repeat(44_641)}`, /:44642: expected at most 44640/],
  ])('is refused with file and line: %s', async (_, text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      message: expect.stringMatching(message),
    });
  });

  it('is refused where there is none', async () => {
    await expect(uploadsFrom('/nowhere/uploads.csv')).rejects.toThrow(
      /--uploads.*there is no such file/,
    );
  });
});
