import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileScript, parse } from 'vue/compiler-sfc';
import { type Look, type Manifest, picture } from '../../client/index.ts';
import { thumbHashUrl } from '../../client/thumbhash.ts';
import { buildClient } from '../../scripts/build-client.ts';
import { developed, SHAPES } from '../client/developed.ts';
import { newFolder } from '../support/folders.ts';

/** The snippets of docs/client.md, rendered by React and Vue as they are; that of the mini-program is run in test/e2e. */

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/client.md'), 'utf8');
const snippet = (language: string) =>
  new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page)?.[1] ?? '';

const folder = newFolder();
const KEY = 'users/1/海 星 "50%".jpg';
const base = 'https://img.example.com';
let manifest: Manifest;

beforeAll(async () => {
  await buildClient(join(folder, 'node_modules/darkroom'));
  const made = await developed(SHAPES, KEY, { width: 1200, height: 900 });
  const placeholder = { thumbHash: 'ZQgWFYIJiIimVXhVeJd4mbDzSXlv', colour: '#f8f8f8' };
  manifest = { ...made.manifest, original: { ...made.manifest.original, placeholder } };
});

type Html = (photo: Manifest, look: Look) => string | Promise<string>;

const written: Record<string, () => string> = {
  React: () => `import { renderToStaticMarkup } from 'react-dom/server';
    ${snippet('jsx')}
    export const html = (photo, look) => renderToStaticMarkup(<Photo photo={photo} look={look} />);`,
  Vue: () => {
    const { descriptor, errors } = parse(snippet('vue'));
    expect(errors).toEqual([]);
    const options = { id: 'photo', inlineTemplate: true, genDefaultAs: 'Photo' };
    return `import { createSSRApp } from 'vue';
      import { renderToString } from 'vue/server-renderer';
      ${compileScript(descriptor, options).content}
      export const html = (photo, look) => renderToString(createSSRApp(Photo, { photo, look }));`;
  },
};

/** Bundled as an app is: the client is the package that it has installed. */
async function bundled(name: string): Promise<Html> {
  const outfile = join(folder, `${name}.cjs`);
  const { warnings } = await build({
    stdin: { contents: written[name]?.() ?? '', resolveDir: root, loader: 'jsx' },
    nodePaths: [join(folder, 'node_modules')],
    jsx: 'automatic',
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    logLevel: 'silent',
  });
  expect(warnings).toEqual([]);
  return createRequire(import.meta.url)(outfile).html;
}

/** Tags with their attributes in the order of their names, since frameworks spell and order them as they like. */
function elements(html: string): string[] {
  return [...html.matchAll(/<(\w+)((?: [\w-]+(?:="[^"]*")?)*) ?\/?>/g)].map(
    ([, tag, attributes = '']) => {
      const all = [...attributes.matchAll(/ ([\w-]+)(?:="([^"]*)")?/g)].map(
        ([, name = '', value = '']) => `${name.toLowerCase()}=${plain(value).replace(/;$/, '')}`,
      );
      return [tag, ...all.sort()].join(' ');
    },
  );
}

const NAMED: Record<string, string> = { amp: '&', quot: '"', lt: '<', gt: '>' };
const plain = (text: string) =>
  text.replace(/&(?:#(x?)(\w+)|(\w+));/g, (whole, hex, code, name) =>
    name ? (NAMED[name] ?? whole) : String.fromCodePoint(Number.parseInt(code, hex ? 16 : 10)),
  );

describe.each(Object.keys(written))('the snippet for %s', name => {
  let html: Html;
  beforeAll(async () => {
    html = await bundled(name);
  });

  it.each<[string, Look]>([
    ['a picture', { base, preset: 'fill', alt: 'A "starfish" & <sand>' }],
    ['what is seen at once', { base, preset: 'box', alt: '', lazy: false, sizes: '50vw' }],
    ['a colour alone', { base, preset: 'box', alt: '', thumbHash: undefined }],
    [
      'art direction',
      { base, alt: '', preset: [{ preset: 'wide', media: 'desktop' }, { preset: 'fill' }] },
    ],
  ])('writes the elements that picture writes, for %s', async (_, look) => {
    const drawn = await html(manifest, look);
    const asPicture = picture(manifest, { thumbHash: thumbHashUrl, ...look });
    expect(elements(drawn)).toEqual(elements(asPicture));
    expect(elements(drawn).length).toBeGreaterThan(1);
  });

  it('names src last, so that it is not fetched before the srcset is known', async () => {
    const drawn = await html(manifest, { base, preset: 'fill', alt: '' });
    const [, img = ''] = /<img(.*?)>/.exec(drawn) ?? [];
    const names = [...img.matchAll(/ ([\w-]+)="/g)].map(([, own = '']) => own.toLowerCase());
    const order = names.filter(own => ['loading', 'srcset', 'src'].includes(own));
    expect(order).toEqual(['loading', 'srcset', 'src']);
  });
});

describe('the snippets that no test compiles', () => {
  it.each([
    ['swift', /(?<=let )[\w, ]+(?=: (?:String|Int)\n)/g],
    ['kotlin', /(?<=get(?:String|Int|JSONArray)\(")\w+(?="\))/g],
  ])('%s reads fields that every entry of a manifest has, and no others', (language, names) => {
    const read = [...snippet(language).matchAll(names)].flatMap(([found]) => found.split(', '));
    const fields = new Set(read.filter(name => name !== 'variants'));
    expect([...fields].sort()).toEqual(['format', 'key', 'preset', 'state', 'width']);
    for (const entry of manifest.variants) expect(entry).toMatchObject(presentIn(entry, fields));
  });

  const presentIn = (entry: object, fields: Set<string>) =>
    Object.fromEntries(
      [...fields].map(name => [name, (entry as never)[name] ?? expect.anything()]),
    );
});
