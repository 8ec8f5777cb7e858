import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { newFolder } from '../../support/folders.ts';
import { starfishPhoto } from '../../support/originals.ts';
import { darkroom } from '../../support/processes.ts';

const listWith = ({ thumb = 80, feed = 80, widths = '[160]' } = {}) => `
version: 1
rules:
  - { match: 'docs/**', presets: none }
  - { match: '**', presets: [thumb, feed] }
presets:
  - { name: thumb, widths: [80], aspect: '1:1', fit: cover, formats: { jpeg: { quality: ${thumb} } } }
  - { name: feed, widths: ${widths}, generate: on_demand, formats: { jpeg: { quality: ${feed} } } }
`;
const HOSTILE = '"><script>alert(1)<!--.jpg';

describe('darkroom preview', () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  const page = () => readFileSync(at('sheet.html'), 'utf8');
  const preview = (...words: string[]) =>
    darkroom('preview', at('in'), '--out', at('sheet.html'), '--presets', at('new.yaml'), ...words);

  beforeEach(async () => {
    folder = newFolder();
    mkdirSync(at('in'));
    const photo = sharp(starfishPhoto).resize(240);
    await photo
      .clone()
      .jpeg()
      .toFile(at(`in/${HOSTILE}`));
    await photo.clone().flop().jpeg().toFile(at('in/b.jpg'));
    writeFileSync(at('in/notes.md'), 'not a picture');
    writeFileSync(at('old.yaml'), listWith());
    writeFileSync(at('new.yaml'), listWith());
  });

  it('lists each file of each preset, what is left to views too, and what is no picture', async () => {
    const { code, stdout } = await preview();
    expect(code).toBe(0);
    expect(stdout).toContain('1 file left out: no pictures');
    expect(page()).toContain('1 file left out: no pictures.');
    expect(headings(page())).toEqual(['Contact sheet', 'feed', 'thumb']);
    expect(page().match(/<th scope="row">160 JPEG<\/th><td>160×90<\/td><td>\d+ kB</g)).toHaveLength(
      2,
    );
    expect(page().match(/<th scope="row">80 JPEG<\/th><td>80×80<\/td><td>\d+ k?B</g)).toHaveLength(
      2,
    );
    expect(page().match(/<img src="data:image\/webp;base64,[^"]+"/g)).toHaveLength(4);
  });

  it('cuts by the focus that is given, as render does, and refuses one that cannot be read', async () => {
    const thumbs = async (...words: string[]) => {
      expect((await preview(...words)).code).toBe(0);
      return page().match(/data:image\/webp;base64,[^"]+/g);
    };
    const searched = listWith().replace('fit: cover', 'fit: cover, gravity: attention');
    writeFileSync(at('new.yaml'), searched);
    const left = await thumbs('--focus', '0.05,0.5');
    expect(await thumbs('--focus', '0.05,0.5')).toEqual(left);
    expect(await thumbs('--focus', '0.95,0.5')).not.toEqual(left);
    const { code, stderr } = await preview('--focus', '90,50');
    expect([code, stderr]).toEqual([1, expect.stringContaining('expected two shares from 0 to 1')]);
  });

  it('puts first what looks worse than before, and says what it saves', async () => {
    writeFileSync(at('new.yaml'), listWith({ thumb: 90, feed: 25 }));
    const { code, stdout } = await preview('--compare', at('old.yaml'), '--json');
    expect(code).toBe(0);
    const { worst, changed, sums } = JSON.parse(stdout);
    expect(changed).toBe(4);
    expect(worst.map((one: { preset: string }) => one.preset)).toEqual([
      'feed',
      'feed',
      'thumb',
      'thumb',
    ]);
    expect(worst[0].likenessLost).toBeGreaterThan(0.03);
    expect(worst[0].bytesGrown).toBeLessThan(-0.4);
    expect(worst[3].likenessLost).toBeLessThan(0);
    expect(sums).toContainEqual(
      expect.objectContaining({ preset: 'feed', unchanged: 0, after: expect.anything() }),
    );
    expect(headings(page())).toEqual(['Contact sheet', 'The edit', 'feed', 'thumb']);
    expect(page()).toContain('formats.jpeg.quality: 80 → 25');
    // Before, after, and both as they are where the most is lost; of what is better the first two alone.
    expect(page().match(/<img src="data:/g)).toHaveLength(2 * 4 + 2 * 2);
  });

  it('says that nothing changes, and tells what is new and what is gone', async () => {
    expect((await preview('--compare', at('old.yaml'))).stdout).toContain('0 files changed');
    expect(page()).toContain('No file of these photos changes.');
    expect(page()).not.toContain('<img');
    writeFileSync(at('new.yaml'), listWith({ widths: '[120]' }));
    await preview('--compare', at('old.yaml'));
    expect(page()).toMatch(/120 JPEG<\/th>.*<td>–<\/td><td>\d+ kB<\/td><td>new</);
    expect(page()).toMatch(/160 JPEG<\/th>.*<td>\d+ kB<\/td><td>–<\/td><td>gone</);
  });

  it('shows names as they are, whatever they would be in HTML', async () => {
    await preview();
    expect(page()).toContain('<bdi>&quot;&gt;&lt;script&gt;alert(1)&lt;!--.jpg</bdi>');
    expect(page()).not.toMatch(/<script|<!--/);
  });

  it('names what cannot be developed, goes on, and ends with 1', async () => {
    writeFileSync(at('in/cut.jpg'), readFileSync(at('in/b.jpg')).subarray(0, 900));
    const { code, stdout } = await preview();
    expect(code).toBe(1);
    expect(stdout).toContain('✗ cut.jpg  ORIGINAL_');
    expect(page()).toMatch(/<h2>Not developed<\/h2><ul><li><bdi>cut.jpg<\/bdi>: <bdi>ORIGINAL_/);
    expect(page().match(/<img /g)).toHaveLength(4);
  });

  it.each([
    ['no/sheet.html', /expected a folder for .*no\/sheet\.html \(--out\), there is no /],
    ['in', /expected a file at .*in \(--out\), it is a folder/],
  ])('refuses to write to %s before it develops anything', async (out, sentence) => {
    const { code, stderr } = await preview('--out', at(out));
    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
  });

  it('refuses a list that is not in order, either of both', async () => {
    writeFileSync(at('old.yaml'), 'version: 2');
    const { code, stderr } = await preview('--compare', at('old.yaml'));
    expect(code).toBe(1);
    expect(stderr).toContain('old.yaml is not in order');
    expect(() => statSync(at('sheet.html'))).toThrow('ENOENT');
  });
});

function headings(html: string): string[] {
  return [...html.matchAll(/<h[12]>(.*?)<\/h[12]>/g)].map(([, text]) => text ?? '');
}
