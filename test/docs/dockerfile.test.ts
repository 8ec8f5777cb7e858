import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** It is built nowhere here, for want of a daemon: what its steps need is looked up. */

const lines = readFileSync('Dockerfile', 'utf8')
  .split('\n')
  .filter(line => line !== '' && !line.startsWith('#'))
  .map(line => ({ word: line.split(' ')[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }));
const restOf = (wanted: string) => lines.filter(({ word }) => word === wanted).map(one => one.rest);
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

it('is of a Node.js that the package takes', () => {
  const [, version] = /^node:(\d+)-slim$/.exec(restOf('FROM')[0] ?? '') ?? [];
  expect(restOf('FROM')).toHaveLength(1);
  expect(manifest.engines.node).toBe('>=20.19');
  expect(Number(version)).toBeGreaterThanOrEqual(20);
});

it('copies what there is', () => {
  const copied = restOf('COPY').flatMap(rest => rest.split(' ').slice(0, -1));
  expect(copied.filter(file => !existsSync(file))).toEqual([]);
});

it('installs by the lock file, before it copies what changes often', () => {
  const words = lines.map(({ word, rest }) => `${word} ${rest}`);
  expect(words.findIndex(line => line.startsWith('RUN npm ci'))).toBeLessThan(
    words.indexOf('COPY . .'),
  );
});

it('starts a script that there is, as nobody in particular, with data that outlives it', () => {
  const [command = '[]'] = restOf('CMD');
  const [npm, script, , option, folder] = JSON.parse(command) as string[];
  expect([npm, Object.keys(manifest.scripts)]).toEqual(['npm', expect.arrayContaining([script])]);
  expect([option, restOf('VOLUME')]).toEqual(['--data', [folder]]);
  expect(restOf('USER')).toEqual(['node']);
});

it('leaves out what a machine made for itself', () => {
  const ignored = readFileSync('.dockerignore', 'utf8').split('\n');
  expect(ignored).toEqual(expect.arrayContaining(['node_modules', 'dist', '.darkroom', '.git']));
});
