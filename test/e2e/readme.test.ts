import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newFolder } from '../support/folders.ts';
import { type RunningPlatform, startedPlatform } from '../support/platform.ts';

const root = resolve(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** In the order of the page. */
const snippets = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(
  ([, language = '', text = '']) => ({ language, text }),
);

/** A checkout of its own, so that what the page has people make lies nowhere else. */
const folder = newFolder();
let platform: RunningPlatform;
beforeAll(async () => {
  const left = new Set(['.git', '.darkroom', 'dist']);
  for (const name of readdirSync(root)) {
    if (!left.has(name)) symlinkSync(join(root, name), join(folder, name));
  }
  platform = await startedPlatform(join(folder, '.darkroom'), '--no-seed');
});
afterAll(() => platform.stop());

/** But for the ports, which somebody may have: the platform of the test takes any that are free. */
function asItStands(text: string): string {
  const { oss, cdn } = platform.ready;
  return text
    .replaceAll('http://localhost:7070', oss.endpoint)
    .replaceAll('http://localhost:7071', cdn);
}

function run(program: string, ...words: string[]): string {
  const outside = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const own = { npm_config_cache: join(folder, 'npm-cache'), npm_config_audit: 'false' };
  const env = { ...Object.fromEntries(outside), ...own };
  const options = { cwd: folder, env, encoding: 'utf8', timeout: 120_000 } as const;
  const { status, stdout, stderr } = spawnSync(program, words, options);
  expect([status, stderr, words.at(-1)]).toEqual([0, expect.any(String), words.at(-1)]);
  return stdout;
}

it('the snippets of README run one after the other, as they stand', () => {
  const ran: string[] = [];
  for (const { language, text } of snippets) {
    if (language !== 'js') continue;
    const [, name = ''] = /^\/\/ (\w+\.mjs)$/m.exec(text) ?? [];
    expect(text).toMatch(/^\/\/ \w+\.mjs\n/);
    writeFileSync(join(folder, name), asItStands(text));
  }
  for (const { language, text } of snippets) {
    if (language === 'sh') ran.push(run('bash', '-ec', asItStands(text)));
  }
  expect(ran).toEqual([
    expect.stringMatching(/my-presets\.yaml is in order.*\n[\s\S]*photo\.jpg {2}/),
    expect.stringMatching(/"complete": true/),
  ]);
  expect(existsSync(join(folder, 'developed/photo.jpg/manifest.json'))).toBe(true);
  expect(run('node', 'read.mjs')).toContain(`${platform.ready.cdn}/users/1/b.jpg/`);
});

it('no snippet of README is of a kind that nobody runs', () => {
  expect(new Set(snippets.map(({ language }) => language))).toEqual(
    new Set(['mermaid', 'sh', 'js']),
  );
});
