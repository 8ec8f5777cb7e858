import { describe, expect, it } from 'vitest';
import { carriedBeside } from '../../../scripts/packaging/carried.ts';
import { licencesOf } from '../../../scripts/packaging/licences.ts';

/** The packages of a zip, from what their folders have. */
function carried(...packages: Record<string, string>[]) {
  const entries = packages.flatMap(({ name = '', ...files }) =>
    Object.entries({ 'package.json': manifest(name), ...files }).map(([path, text]) => ({
      path: `node_modules/${name}/${path}`,
      bytes: Buffer.from(text),
    })),
  );
  return carriedBeside(entries);
}

const manifest = (name: string) =>
  JSON.stringify({ name, version: '1.0.0', license: 'MIT', author: { name: 'Ann' } });

async function texts(packages: ReturnType<typeof carried>, known = {}) {
  const { entries, problems } = await licencesOf(packages, known);
  const files = entries.map(({ path, bytes }) => [path, Buffer.from(bytes).toString('utf8')]);
  return { problems, files: Object.fromEntries(files) as Record<string, string> };
}

describe('the licences of a zip', () => {
  it('are one file for each package, with its notices, and those of what it has copied', async () => {
    const whole = carried({
      name: '@a/b',
      LICENSE: 'the licence',
      'NOTICE.md': 'a notice',
      'lib/vendor/COPYING': 'a copied one',
      'lib/licence.js': 'code',
      'licenses.json': '{}',
    });
    const { files, problems } = await texts(whole);
    expect([Object.keys(files), problems]).toEqual([['LICENSES/@a/b@1.0.0.txt'], []]);
    const [text = ''] = Object.values(files);
    for (const words of [
      'license: MIT',
      'author: Ann',
      'the licence',
      'a notice',
      'a copied one',
    ]) {
      expect(text).toContain(words);
    }
    expect(text).not.toMatch(/code|\{\}/);
  });

  it('are told by name where there is no text', async () => {
    const { files, problems } = await texts(carried({ name: 'bare' }, { name: 'b', LICENSE: 'l' }));
    expect(problems).toEqual([
      'node_modules/bare: expected a licence text in bare@1.0.0, received none: see what it says of its licence, and add it to scripts/packaging/licences.ts',
    ]);
    expect(Object.keys(files)).toEqual(['LICENSES/b@1.0.0.txt']);
  });

  it('that somebody looked up are those of that version alone', async () => {
    const bare = carried({ name: 'bare', 'README.md': '# bare\n\n## License\n\nMIT, by Ann\n' });
    const standIn = { because: 'it only names its licence', texts: ['MIT'] };
    const { files, problems } = await texts(bare, { 'bare@1.0.0': standIn });
    expect(problems).toEqual([]);
    const [text = ''] = Object.values(files);
    expect(text).toContain('The package has no licence file: it only names its licence.');
    expect(text).toContain('## License\n\nMIT, by Ann');
    expect(text).toContain('Permission is hereby granted, free of charge');
    expect(text).not.toContain('# bare\n');
    expect((await texts(bare, { 'bare@0.9.9': standIn })).problems).toHaveLength(1);
  });

  it('say a long text once', async () => {
    const same = carried({ name: 'a', LICENSE: 'long\n' }, { name: 'b', 'LICENSE.txt': 'long' });
    const { files } = await texts(same);
    expect(files['LICENSES/a@1.0.0.txt']).toContain('long');
    expect(files['LICENSES/b@1.0.0.txt']).toContain('The same as in LICENSES/a@1.0.0.txt.');
  });

  it('of a package within another are its own', async () => {
    const nested = carried(
      { name: 'a', LICENSE: 'of a' },
      { name: 'a/node_modules/c', LICENSE: 'of c' },
    );
    const { files } = await texts(nested);
    expect(files['LICENSES/a@1.0.0.txt']).not.toContain('of c');
  });
});
