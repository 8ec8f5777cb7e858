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

interface Page {
  html(photo: Manifest, look: Look): string | Promise<string>;
  /** Keys and URLs of the sources as they are first shown, and where they are told to look otherwise. */
  sources(photo: Manifest, looks: Look[]): { key: unknown; url: string }[][];
}

const written: Record<string, () => string> = {
  React: () => `import { renderToStaticMarkup } from 'react-dom/server';
    ${snippet('jsx')}
    export const html = (photo, look) => renderToStaticMarkup(<Photo photo={photo} look={look} />);
    export const sources = (photo, looks) => looks.map(look =>
      Photo({ photo, look }).props.children[0].map(({ key, props }) => ({ key, url: props.srcSet })));`,
  Vue: () => {
    const { descriptor, errors } = parse(snippet('vue'));
    expect(errors).toEqual([]);
    const read = { inlineTemplate: true, genDefaultAs: 'Photo' };
    // As Vue reads it before 3.5, which follows no props that were taken apart.
    const options = { id: 'photo', ...read, propsDestructure: false };
    return `import { createSSRApp, shallowReactive } from 'vue';
      import { renderToString } from 'vue/server-renderer';
      ${compileScript(descriptor, options).content}
      export const html = (photo, look) => renderToString(createSSRApp(Photo, { photo, look }));
      export const sources = (photo, looks) => {
        const own = shallowReactive({ photo });
        own.look = looks[0];
        const render = Photo.setup(own, { expose() {} });
        return looks.map(look => {
          own.look = look;
          const [{ children }] = render({}, []).children;
          return children.map(({ key, props }) => ({ key, url: props.srcset }));
        });
      };`;
  },
};

/** Bundled as an app is: the client is the package that it has installed. */
async function bundled(name: string): Promise<Page> {
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
  return createRequire(import.meta.url)(outfile);
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
  let page: Page;
  beforeAll(async () => {
    page = await bundled(name);
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
    const drawn = await page.html(manifest, look);
    const asPicture = picture(manifest, { thumbHash: thumbHashUrl, ...look });
    expect(elements(drawn)).toEqual(elements(asPicture));
    expect(elements(drawn).length).toBeGreaterThan(1);
  });

  it('tells its sources apart where two media have the same preset, and follows what it is told', async () => {
    const preset = [{ preset: 'fill', media: 'phone' }, { preset: 'fill' }];
    const other = 'https://other.example.com';
    const looks = [base, other].map(base => ({ base, preset, alt: '' }));
    const [first = [], then = []] = page.sources(manifest, looks);
    expect(first.length).toBeGreaterThan(2);
    expect(new Set(first.map(({ key }) => key)).size).toBe(first.length);
    expect(then.map(({ url }) => url)).toEqual(first.map(({ url }) => url.replaceAll(base, other)));
  });

  it('names src last, so that it is not fetched before the srcset is known', async () => {
    const drawn = await page.html(manifest, { base, preset: 'fill', alt: '' });
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
