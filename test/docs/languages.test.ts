import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** A page in Chinese says what its English page says: whatever of it a program can compare is compared here. */

const root = resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const FOLDER = 'docs/zh-CN';
const translated = [
  'README.zh-CN.md',
  ...readdirSync(join(root, FOLDER)).map(name => `${FOLDER}/${name}`),
];
const englishOf = (file: string) => file.replace('.zh-CN.', '.').replace('docs/zh-CN/', 'docs/');
const chineseOf = new Map(translated.map(file => [englishOf(file), file]));

const FENCE = /^ *```(\w*)\n([\s\S]*?)^ *```$/gm;
const HEADING = /^(#+) (.*)$/gm;
const TO_OTHER_LANGUAGE =
  /(?<=^# .*\n\n)(?:English \| \[简体中文\]\((.*)\)|\[English\]\((.*)\) \| 简体中文)\n\n/;

interface Section {
  heading: string;
  spans: string[];
  figures: number[];
  rows: number[];
}

const proseOf = (text: string) => text.replace(FENCE, '').replace(TO_OTHER_LANGUAGE, '');
const sorted = (texts: Iterable<string>) => [...new Set(texts)].sort();

const UNITS: Record<string, number> = { million: 1e6, megapixel: 1e6, 万: 1e4 };
const FIGURE = new RegExp(`(\\d[\\d,.]*\\d|\\d)(?:[ -]?(${Object.keys(UNITS).join('|')}))?`, 'g');

/** Numbers in digits: they change more often than sentences do. 1.9 million is 190 万. */
function figuresOf(text: string): number[] {
  const words = text.replace(/`[^`\n]*`|\]\([^)\s]*\)/g, '');
  const figures = [...words.matchAll(FIGURE)].map(
    ([, digits = '', unit = '']) =>
      Math.round(Number.parseFloat(digits.replaceAll(',', '')) * (UNITS[unit] ?? 1) * 1000) / 1000,
  );
  return [...new Set(figures)].sort((a, b) => a - b);
}

/** What stands below each heading, in order: by sections, so that what moved elsewhere is seen. */
function sectionsOf(text: string): Section[] {
  const parts = proseOf(text).split(/^(?=#+ )/m);
  return parts.map(part => ({
    heading: /^#*/.exec(part)?.[0] ?? '',
    spans: sorted([...part.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span ?? '')),
    figures: figuresOf(part),
    rows: [...part.matchAll(/^ *\|.*\|$/gm)].map(
      ([row]) => row.replace(/`[^`\n]*`/g, '').split('|').length,
    ),
  }));
}

const COMMENTS: Record<string, RegExp> = {
  sh: /(^|\s+)#.*$/gm,
  js: /(^|\s+)\/\/.*$/gm,
  // What people read in a diagram; its nodes and arrows stay.
  mermaid: /"[^"]*"|\|[^|\n]*\|/g,
};

function blocksOf(text: string): string[] {
  return [...text.matchAll(FENCE)].map(([, language = '', block = '']) => {
    const comments = COMMENTS[language];
    return `${language}\n${comments ? block.replace(comments, '') : block}`;
  });
}

interface Link {
  to: string;
  anchor: string | undefined;
}

/** Relative links, from the root of the repository. */
function linksOf(text: string, file: string): Link[] {
  const links = [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? '');
  return links
    .filter(link => !/^[a-z]+:/.test(link))
    .map(link => {
      const [path = '', anchor] = link.split('#');
      const to = path === '' ? file : relative(root, resolve(root, dirname(file), path));
      return { to, anchor };
    });
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): Set<string> {
  const headings = [...proseOf(text).matchAll(HEADING)].map(([, , heading]) => heading ?? '');
  return new Set(
    headings.map(heading =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/\s/g, '-'),
    ),
  );
}

function isDead({ to, anchor }: Link, file: string, text: string): boolean {
  if (to !== file && !existsSync(join(root, to))) return true;
  if (anchor === undefined) return false;
  return !anchorsOf(to === file ? text : read(to)).has(decodeURIComponent(anchor));
}

/** Where the links of the English page have to lead in Chinese. */
function targetsOf(text: string, file: string): string[] {
  return sorted(linksOf(text, file).map(({ to }) => chineseOf.get(to) ?? to));
}

/** All that is compared, of one page: equal for both languages. */
function comparedOf(text: string, file: string) {
  return {
    sections: sectionsOf(text),
    blocks: blocksOf(text),
    targets: targetsOf(text, file),
  };
}

const otherOf = (text: string, file: string) => {
  const [, chinese, english] = TO_OTHER_LANGUAGE.exec(text) ?? [];
  const link = chinese ?? english;
  return link === undefined ? undefined : join(dirname(file), link);
};

describe.each(translated)('%s', file => {
  const english = englishOf(file);

  it('has the headings, tables, figures, code and links of its English page, in their order', () => {
    expect(comparedOf(read(file), file)).toEqual(comparedOf(read(english), english));
  });

  it('links to pages in Chinese where there are any', () => {
    const missed = linksOf(read(file), file).filter(({ to }) => chineseOf.has(to));
    expect(missed).toEqual([]);
  });

  it('leads nowhere that is not there', () => {
    const text = read(file);
    expect(linksOf(text, file).filter(link => isDead(link, file, text))).toEqual([]);
  });

  it('and its English page name each other at the top', () => {
    expect([otherOf(read(file), file), otherOf(read(english), english)]).toEqual([english, file]);
  });
});

describe('what would be wrong', () => {
  const page = [
    '# T',
    '',
    'Run `npx darkroom verify --fix`, with `DARKROOM_REGION`. See [one](../cdn.md#who).',
    '',
    '| a | b |',
    '| --- | --- |',
    '| `x|y` | 2 |',
    '',
    '## U',
    '',
    '```sh\nnpx darkroom status   # how it goes\n```',
    '',
  ].join('\n');
  const compared = (text: string) => comparedOf(text, `${FOLDER}/page.md`);

  it.each([
    ['a heading of another level', '## U', '### U'],
    ['a heading that is missing', '## U\n', ''],
    ['another option', '--fix`', '--fixed`'],
    ['a variable that is not named', '`DARKROOM_REGION`', 'the region'],
    ['another figure', '| 2 |', '| 3 |'],
    ['a row that is missing', '| `x|y` | 2 |\n', ''],
    ['a cell that is missing', '| `x|y` | 2 |', '| `x|y` 2 |'],
    ['another command in a block', 'darkroom status', 'darkroom doctor'],
    ['a block in another language', '```sh', '```js'],
    ['a link elsewhere', '../cdn.md', '../costs.md'],
  ])('is found: %s', (_, from, to) => {
    expect(page).toContain(from);
    expect(compared(page.replace(from, to))).not.toEqual(compared(page));
  });

  it('is no figure that both languages count in units of their own', () => {
    const inEnglish = figuresOf('1.9 million of 60,000, a 50-megapixel AVIF, ADR 0027');
    expect(inEnglish).toEqual([27, 60_000, 1_900_000, 50_000_000]);
    expect(figuresOf('60,000 张的 190 万个，5,000 万像素的 AVIF，ADR 0027')).toEqual(inEnglish);
  });

  it('is neither the words of a heading nor a comment in a block', () => {
    const other = page.replace('## U', '## 乙').replace('# how it goes', '# 进度');
    expect(compared(other)).toEqual(compared(page));
  });

  it.each([['../no-such-page.md'], ['../cdn.md#no-such-heading'], ['#no-such-heading']])(
    'is found: a link to %s',
    link => {
      const text = page.replace('../cdn.md#who', link);
      const file = `${FOLDER}/page.md`;
      expect(linksOf(text, file).filter(one => isDead(one, file, text))).toHaveLength(1);
    },
  );

  it('is no anchor of a heading in Chinese', () => {
    const text = '# 题\n\n[乙](#部署-不会修复的事)\n\n## 部署 不会修复的事？\n';
    const file = `${FOLDER}/page.md`;
    expect(linksOf(text, file).filter(one => isDead(one, file, text))).toEqual([]);
  });
});
