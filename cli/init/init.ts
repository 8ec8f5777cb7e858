import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { ownPhotos } from '../measure/photos.ts';
import { defaultPresets, presetListJsonSchema, textOf } from '../presets/presets.ts';
import { sayText } from '../terminal/printer.ts';
import { type Files, writeNew } from './new-folder.ts';

interface Options {
  data: string;
}

export function initCommand(): Command {
  return new Command('init')
    .summary('Make a folder to start from: a preset list, a script that uploads, a photo.')
    .description(
      'Make a folder to start from: a preset list, a script that uploads a photo and prints what was made of it, its settings, and a photo. Writes over nothing.',
    )
    .argument('[dir]', 'a new folder, or one that has none of these files', '.')
    .option('--data <dir>', 'of the local platform that the script uploads to', '.darkroom')
    .action(init);
}

async function init(dir: string, { data }: Options): Promise<void> {
  const files = await filesFor(resolve(data));
  await writeNew(dir, files);
  sayText(told(dir, data));
}

const MADE = {
  'presets.yaml': 'what is made of each photo, to be edited',
  'presets.schema.json': 'what an editor completes it with',
  'upload.mjs': 'uploads a photo and prints what was made of it',
  '.env.example': 'what it asks of a deployment',
  '.gitignore': 'leaves out .env, where the keys will be',
  'photo.jpg': 'a starfish, of the npm package exif-parser (MIT)',
};

async function filesFor(data: string): Promise<Files> {
  const made = (name: string) => readFile(new URL(`./made/${name}`, import.meta.url), 'utf8');
  const script = await made('upload.mjs');
  return {
    'presets.yaml': await textOf(defaultPresets),
    'presets.schema.json': `${JSON.stringify(presetListJsonSchema(), null, 2)}\n`,
    'upload.mjs': script.replace("DATA = '.darkroom'", () => `DATA = ${JSON.stringify(data)}`),
    '.env.example': await made('env.example'),
    '.gitignore': '.env\n',
    'photo.jpg': await starfish(),
  } satisfies Record<keyof typeof MADE, string | Buffer>;
}

async function starfish(): Promise<Buffer> {
  const photo = ownPhotos().find(({ key }) => key === 'starfish.jpg');
  const bytes = await photo?.read();
  if (!bytes) throw new Error('expected starfish.jpg among the photos that come with Darkroom');
  return bytes;
}

function told(dir: string, data: string): string {
  const files = Object.entries(MADE).map(([name, what]) => `  ${name.padEnd(20)} ${what}`);
  return [
    `Made in ${dir}:`,
    ...files,
    '',
    'Next, the last in another terminal:',
    ...next(dir, data).map(line => `  ${line}`),
  ].join('\n');
}

/** npx and npm know Darkroom in its own folder: elsewhere npx would ask npm's registry, where the name is somebody else's. */
function next(dir: string, data: string): string[] {
  const home = dirname(defaultPresets);
  const isHome = resolve() === home;
  const path = (name: string) => quoted((isHome ? join : resolve)(dir, name));
  const platform =
    isHome && data === '.darkroom' ? '' : ` --data ${quoted(isHome ? data : resolve(data))}`;
  return [
    ...(isHome ? [] : [`cd ${quoted(home)}`]),
    `npx darkroom presets check ${path('presets.yaml')}`,
    `npm start -- --presets ${path('presets.yaml')}${platform}`,
    `node ${path('upload.mjs')}`,
  ];
}

/** For a shell, where it has to be, and never an option. */
function quoted(path: string): string {
  const word = path.startsWith('-') ? `./${path}` : path;
  return /^[\w./@%+:=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
