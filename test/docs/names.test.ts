import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import picomatch from 'picomatch';
import { describe, expect, it } from 'vitest';

/** Documents about the code drift from it. What they name in backticks, and what they link to, is looked up here. */

const root = resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const CODE = ['shared', 'functions', 'events', 'cli', 'local', 'client', 'scripts', 'bench', 'ci'];
const FOLDERS = [...CODE, 'test', 'docs', 'ops', 'ram', '.ci'];
const IN_FOLDER = new RegExp(`^(${FOLDERS.join('|').replace('.', '\\.')})(/|$)`);

const isSkipped = (path: string) => /(^|\/)(node_modules|dist)\//.test(path);
const tree = [
  ...readdirSync(root),
  ...FOLDERS.flatMap(folder => [folder, ...below(folder)]).filter(path => !isSkipped(path)),
];
const source = tree
  .filter(path => /\.(ts|mjs|cjs|yaml)$|^(package|biome)\.json$|^(ram|ops)\/.*json$/.test(path))
  .filter(path => !path.startsWith('test/docs/'))
  .map(read)
  .join('\n');

const { scripts, ...manifest } = JSON.parse(read('package.json'));
const locked = Object.keys(JSON.parse(read('package-lock.json')).packages);
const packages = new Set([
  ...Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }),
  ...locked.map(path => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)),
]);

function below(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true }).map(
    path => `${folder}/${String(path)}`,
  );
}

/** `{name}` stands for any name, `{a,b}` for either. */
function isInTree(path: string): boolean {
  const pattern = path.replace(/\/$/, '').replace(/\{[^},]+\}/g, '*');
  const matches = picomatch(pattern, { dot: true });
  return tree.some(file => matches(file));
}

function isWordOfSource(word: string): boolean {
  return new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(source);
}

function isKnown(span: string): boolean {
  const script = /^npm run (?:--silent )?([a-z:]+)/.exec(span)?.[1];
  if (script) return script in scripts;
  const paths = span.split(' ').filter(part => IN_FOLDER.test(part));
  if (paths.length > 0) return paths.every(isInTree);
  if (/^(node:[\w/-]+|@[a-z]+\/[\w.-]+)$/.test(span)) return isBuiltin(span) || packages.has(span);
  // A file by its name alone: of the tree, or an object that the code writes into a bucket.
  if (/^[\w.-]+\.(ts|mjs|cjs|json|yaml|md)$/.test(span)) {
    return isInTree(`{**/,}${span}`) || (/(mjs|json|yaml)$/.test(span) && source.includes(span));
  }
  const word = /^([A-Za-z_][\w-]*)(\(.*\)|: .*|=.*)?$/.exec(span)?.[1];
  return word === undefined || packages.has(word) || isWordOfSource(word);
}

/** What a text in this folder names, and nobody knows. */
function unknownIn(text: string, folder: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span ?? '');
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? '');
  const relative = links.filter(link => !/^(https?:|#)/.test(link));
  const isMissing = (link: string) => !existsSync(join(root, folder, link.replace(/#.*/, '')));
  return [...spans.filter(span => !isKnown(span)), ...relative.filter(isMissing)];
}

const documents = tree.filter(path =>
  /^(docs\/adr\/.*|docs\/architecture|CONTRIBUTING)\.md$/.test(path),
);

describe('documents about the code', () => {
  it.each(documents)('%s names only what there is', document => {
    expect(unknownIn(read(document), dirname(document))).toEqual([]);
  });

  it('are found to be wrong about files, folders, packages, scripts, constants and links', () => {
    const wrong = [
      'shared/core/no-such-room',
      'shared/core/list/no-such-file.ts',
      'no-such-file.ts',
      'no-such-object.json',
      'exif-reader',
      'node:no-such-module',
      'npm run no-such-script',
      'NO_SUCH_CONSTANT',
      'noSuchFunction(key)',
    ];
    const text = `${wrong.map(name => `\`${name}\``).join(' ')} [gone](../no-such-page.md)`;
    expect(unknownIn(text, 'docs/adr')).toEqual([...wrong, '../no-such-page.md']);
  });
});
