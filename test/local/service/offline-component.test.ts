import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyTemplate } from '../../../local/service/preview.ts';
import { newFolder } from '../../support/folders.ts';
import { numbered } from '../../support/thorough.ts';

const file = resolve(import.meta.dirname, '../../../s.yaml');

function changed(from: string, to: string): string {
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  const folder = newFolder();
  writeFileSync(join(folder, 's.yaml'), text.replace(from, to));
  return join(folder, 's.yaml');
}

const refused: [string, string, string][] = [
  ['timeout: 120', 'timeout: 0', 'on-object-changed/props/timeout must be >= 1'],
  ['      cpu: 2', '      cpus: 2\n      cpu: 2', 'must NOT have additional properties'],
  ['triggerType: oss', 'triggerType: osss', 'on-object-changed/props/triggers/0'],
];

describe('s verify, with ci/fc3 in place of fc3', () => {
  it('takes the s.yaml of Darkroom without a network', async () => {
    await expect(verifyTemplate(file, {})).resolves.toBeUndefined();
  });

  // Serverless Devs takes seconds to start.
  it.each(refused.slice(0, numbered(1, 3)))(
    'refuses %s changed to %j',
    async (from, to, sentence) => {
      await expect(verifyTemplate(changed(from, to), {})).rejects.toThrow(sentence);
    },
  );
});
