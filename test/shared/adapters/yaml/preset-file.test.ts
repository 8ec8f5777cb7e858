import { describe, expect, it } from 'vitest';
import { readPresetList, sentenceOf } from '../../../../shared/adapters/yaml/preset-file.ts';
import { SMALL } from '../../../support/preset-lists.ts';

function problems(yaml: string): string[] {
  const read = readPresetList(yaml, 'p.yaml');
  return 'problems' in read ? read.problems.map(sentenceOf) : [];
}

const HEAD = `version: 1
rules:
  - { match: '**', presets: [feed] }
presets:
`;

/** Nine times nine times nine …, in a dozen lines. */
function bomb(): string {
  const line = (name: string, of: string) => `${name}: &${name} [${Array(9).fill(of).join(', ')}]`;
  const names = [...'abcdefghij'];
  return names.map((name, at) => line(name, at === 0 ? 'x' : `*${names[at - 1]}`)).join('\n');
}

describe('a preset list', () => {
  it('in order has no problem', () => expect(problems(SMALL)).toEqual([]));

  it.each([
    [
      'an alias of nothing',
      'presets: *nope',
      'p.yaml:1:10 expected an anchor &nope before the alias',
    ],
    [
      'a list within itself',
      'version: 1\npresets: &all [*all]',
      'p.yaml:2:16 expected an alias of something else, *all stands within &all',
    ],
    [
      'a map merged into itself',
      'limits: &one\n  <<: *one',
      'p.yaml:2:7 expected an alias of something',
    ],
    ['aliases of billions', bomb(), 'p.yaml:2:8 expected aliases of a hundred things at most'],
    [
      'a glob that is none',
      SMALL.replace("'**'", "'a(b)'"),
      'rules[1].match: expected no parentheses',
    ],
    [
      'more megapixels than the memory of a function holds',
      `limits: { megapixels: 500 }\n${SMALL}`,
      'p.yaml:1:23 limits.megapixels: expected at most 164, since a progressive JPEG takes 6.3 bytes a pixel, beside its file, of the 1400 MB that a picture may take of a function’s 2048 MB, received 500',
    ],
    [
      'files of half a gigabyte and more',
      `limits: { megabytes: 2000 }\n${SMALL}`,
      'limits.megabytes: expected at most 550, since a file is held twice',
    ],
    [
      'animations of a gigapixel',
      `limits:\n  animationMegapixels: 1000\n${SMALL}`,
      'p.yaml:2:24 limits.animationMegapixels: expected at most 129, since frames take 8 bytes a pixel',
    ],
    [
      'files so large that they leave no room for pixels',
      `limits: { megabytes: 540 }\n${SMALL}`,
      'limits.megapixels: expected at most 88,',
    ],
    [
      'an unknown key',
      `${HEAD}  - { name: feed, widhts: [480], formats: { jpeg: {} } }`,
      'p.yaml:5:19 presets[0].widhts: expected one of the keys name, device, generate, urgent, keep, widths,',
    ],
    [
      '… with a guess',
      `${HEAD}  - { name: feed, widths: [4], fitt: cover, formats: { jpeg: {} } }`,
      'received fitt; did you mean fit?',
    ],
    [
      'a value off the list',
      `${HEAD}  - { name: feed, widths: [4], fit: insde, formats: { jpeg: {} } }`,
      'p.yaml:5:37 presets[0].fit: expected inside, cover, contain or fill, received "insde"; did you mean inside?',
    ],
    [
      'a wrong type',
      `${HEAD}  - { name: feed, widths: wide, formats: { jpeg: {} } }`,
      'p.yaml:5:27 presets[0].widths: expected an array, received "wide"',
    ],
    [
      'a broken number',
      `${HEAD}  - { name: feed, widths: [480.5], formats: { jpeg: {} } }`,
      'expected a whole number, received 480.5',
    ],
    [
      'a number out of range',
      `${HEAD}  - { name: feed, widths: [480], formats: { jpeg: { quality: 101 } } }`,
      'p.yaml:5:62 presets[0].formats.jpeg.quality: expected at most 100, received 101',
    ],
    [
      'a missing key',
      `${HEAD}  - { name: feed, widths: [480] }`,
      'p.yaml:5:5 presets[0].formats: expected an object, received nothing',
    ],
    [
      'an urgent width that the preset has not',
      `${HEAD}  - { name: feed, widths: [480], urgent: [360], formats: { jpeg: {} } }`,
      "presets[0].urgent[0]: expected one of the preset's widths (480)",
    ],
    [
      'an urgent preset that is made on demand',
      `${HEAD}  - { name: feed, widths: [480], urgent: true, generate: on_demand, formats: { jpeg: {} } }`,
      'presets[0].urgent: expected generate: eager beside urgent, received on_demand',
    ],
    [
      'a keep that is no time',
      `${HEAD}  - { name: feed, keep: always, widths: [480], formats: { jpeg: {} } }`,
      'p.yaml:5:25 presets[0].keep: expected a time such as 90d, or forever, received "always"',
    ],
    [
      'a keep of less than a day',
      `${HEAD}  - { name: feed, keep: 23h, widths: [480], formats: { jpeg: {} } }`,
      'presets[0].keep: expected at least 1d, received "23h"',
    ],
    [
      'a keep that ends before what was replaced goes',
      `retain: 7d\n${HEAD}  - { name: feed, keep: 6d, widths: [480], formats: { jpeg: {} } }`,
      'presets[0].keep: expected at least the list\'s retain (7d), received "6d"',
    ],
    [
      'pressure without a time',
      `pressure: { after: soon }\n${SMALL}`,
      'p.yaml:1:20 pressure.after: expected a time such as 7d or 30m',
    ],
    [
      'neither widths nor width',
      `${HEAD}  - { name: feed, formats: { jpeg: {} } }`,
      'presets[0]: expected widths, or width, received neither',
    ],
    [
      'cover without a shape',
      `${HEAD}  - { name: feed, widths: [4], fit: cover, formats: { jpeg: {} } }`,
      'presets[0].fit: expected aspect or height for fit cover, received neither',
    ],
    [
      'a bad name',
      `${HEAD}  - { name: Feed, widths: [4], formats: { jpeg: {} } }`,
      'presets[0].name: expected a name like feed or feed-wide, received "Feed"',
    ],
    [
      'a width twice',
      `${HEAD}  - { name: feed, widths: [4, 4], formats: { jpeg: {} } }`,
      'presets[0].widths[1]: expected each width once: both would write one key',
    ],
    [
      'a format’s width that the preset lacks',
      `${HEAD}  - { name: feed, widths: [4], formats: { jpeg: { widths: [5] } } }`,
      'expected one of the preset’s widths'.replace('’', "'"),
    ],
    [
      'no format',
      `${HEAD}  - { name: feed, widths: [4], formats: {} }`,
      'presets[0].formats: expected at least one format, received none',
    ],
    [
      'a density that no width has',
      `${HEAD}  - { name: feed, widths: [4, 7], formats: { jpeg: { dpr2: { quality: 60 } } } }`,
      'p.yaml:5:60 presets[0].formats.jpeg.dpr2: expected a width of 8 or more, received 4, 7',
    ],
    [
      'an adjustment that adjusts nothing',
      `${HEAD}  - { name: feed, widths: [4], adjust: [{ when: { alpha: true } }], formats: { jpeg: {} } }`,
      'presets[0].adjust[0]: expected fit, gravity or formats beside when',
    ],
    [
      'an adjustment to a crop without a shape',
      `${HEAD}  - { name: feed, widths: [4], adjust: [{ when: {}, fit: cover }], formats: { jpeg: {} } }`,
      'presets[0].adjust[0].fit: expected aspect or height for fit cover, received neither',
    ],
    [
      'an adjustment of a format that the preset lacks',
      `${HEAD}  - { name: feed, widths: [4], adjust: [{ when: {}, formats: { webp: { quality: 9 } } }], formats: { jpeg: {} } }`,
      'presets[0].adjust[0].formats.webp: expected a format of the preset (jpeg)',
    ],
    [
      'a condition on a format that no original has',
      `${HEAD}  - { name: feed, widths: [4], when: { format: [bmp] }, formats: { jpeg: {} } }`,
      'presets[0].when.format[0]: expected jpeg, png, webp, gif, avif, tiff or heic, received "bmp"',
    ],
    [
      'a name twice',
      `${HEAD}  - &p { name: feed, widths: [4], formats: { jpeg: {} } }\n  - *p`,
      'presets[1].name: expected a name that no other preset has, received "feed"',
    ],
    [
      'a rule for an unknown preset',
      `${HEAD.replace('[feed]', '[fead]')}  - { name: feed, widths: [4], formats: { jpeg: {} } }`,
      'p.yaml:3:30 rules[0].presets[0]: expected one of: feed, received "fead"; did you mean feed?',
    ],
    [
      'more variants than the limit',
      `limits: { variants: 1 }\n${SMALL}`,
      'expected at most 1 variants per original (limits.variants), received 5',
    ],
    [
      'a bad time',
      `retain: soon\n${SMALL}`,
      'p.yaml:1:9 retain: expected a time such as 7d or 30m, received "soon"',
    ],
    ['broken YAML', 'version: 1\nrules: [', 'p.yaml:2:9 expected YAML,'],
    ['a key twice', `${SMALL}version: 1\n`, 'expected YAML, Map keys must be unique'],
    ['an empty file', '', 'p.yaml:1:1 expected a preset list, the file is empty'],
  ])('with %s says where and what', (_, yaml, sentence) => {
    expect(problems(yaml).join('\n')).toContain(sentence);
  });

  it('says all of its problems at once, in the order of the file', () => {
    const yaml = `version: 2\nrules: []\npresets:\n  - { name: A, widths: [0], formats: {} }\n`;
    expect(problems(yaml).map(sentence => sentence.split(' ')[1])).toEqual([
      'version:',
      'rules:',
      'presets[0].name:',
      'presets[0].widths[0]:',
    ]);
  });

  it('may share parts by anchors and merge keys', () => {
    const yaml = `${HEAD}  - &base { name: feed, widths: [4], formats: { jpeg: {} } }\n  - { <<: *base, name: wide }\n`;
    const read = readPresetList(yaml, 'p.yaml');
    expect('list' in read && read.list.presets.map(({ name }) => name)).toEqual(['feed', 'wide']);
  });
});
