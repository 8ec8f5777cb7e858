import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newFolder } from '../../support/folders.ts';
import { darkroom } from '../../support/processes.ts';

const folder = newFolder();

/** A list that is in order, and of which a tall picture takes minutes. */
const slow = join(folder, 'slow.yaml');
writeFileSync(
  slow,
  `version: 1
rules:
  - { match: '**', presets: [feed] }
presets:
  - { name: feed, widths: [480, 1080], formats: { jpeg: {}, avif: { effort: 4 } } }
`,
);

describe('darkroom presets check', () => {
  it('refuses a list of which an original may take more than a minute, in one sentence', async () => {
    const { code, stdout, stderr } = await darkroom('presets', 'check', slow);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const [head, sentence = '', ...rest] = stderr.trim().split('\n');
    expect([head, rest]).toEqual([`darkroom: ${slow} is in order, but slow`, []]);
    expect(sentence).toContain(`${slow}:3:29 rules[0].presets: expected at most 60 s`);
    expect(sentence).toMatch(
      /an estimate of \d+ s for an original of .*: feed \d+ s of CPU; lower effort/,
    );
  });

  it('takes it from who says how many seconds are right', async () => {
    const { code, stdout } = await darkroom('presets', 'check', slow, '--seconds', '400');
    expect(code).toBe(0);
    expect(stdout).toMatch(/is in order: .*; no original takes more than \d+ s, by estimate/);
  });

  it('wants seconds that are seconds', async () => {
    const { code, stderr } = await darkroom('presets', 'check', slow, '--seconds', 'none');
    expect(code).toBe(1);
    expect(stderr).toContain(
      "'--seconds <n>' argument 'none' is invalid. expected a number above 0",
    );
  });
});
