import { readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { quarters, starfishPhoto } from '../support/originals.ts';
import { newFolder } from '../support/folders.ts';
import { startedPlatform, usePlatform } from '../support/platform.ts';
import { darkroom } from '../support/processes.ts';

let folder: string;
beforeEach(() => {
  folder = newFolder();
});

async function refusal(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await darkroom('local', '--no-seed', ...words);
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr.trim().split('\n')).toHaveLength(1);
  return stderr;
}

describe('darkroom local refuses, in one sentence and with 1,', () => {
  it('a port in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    expect(await refusal('--port', String(port), '--data', folder)).toBe(
      `darkroom: expected port ${port} to be free, it is in use: choose another base with --port\n`,
    );
    taken.close();
  });

  it('a folder that cannot be made', async () => {
    expect(await refusal('--port', '0', '--data', '/proc/no/such/folder')).toMatch(
      /expected to write in \/proc\/no\/such\/folder \(--data\), the file system refused \(ENOENT\)/,
    );
  });

  it('a folder that cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '');
    expect(await refusal('--port', '0', '--data', join(folder, 'file/data'))).toMatch(
      /expected to write in .*file\/data \(--data\), the file system refused \(ENOTDIR\)/,
    );
  });

  it('a folder that another platform works on', async () => {
    const { ready } = usePlatform();
    expect(await refusal('--port', '0', '--data', ready.data)).toMatch(/for this platform alone/);
  });

  it('half of a credential', async () => {
    expect(await refusal('--port', '0', '--data', folder, '--access-key-id', 'me')).toMatch(
      /expected --access-key-id and --access-key-secret together/,
    );
  });

  it('a broken preset list', async () => {
    const presets = join(folder, 'presets.yaml');
    writeFileSync(presets, 'version: 1\nrules: []\npresets: 7\n');
    const { code, stderr } = await darkroom(
      'local',
      '--port',
      '0',
      '--data',
      folder,
      '--presets',
      presets,
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/presets\.yaml:2:8 rules: expected at least 1/);
  });
});

describe('darkroom local', () => {
  it('takes the credentials, the port and the list that it is given', async () => {
    const presets = join(folder, 'tiny.yaml');
    writeFileSync(
      presets,
      `version: 1\nrules: [{ match: '**', presets: [tiny] }]\npresets: [{ name: tiny, widths: [16], formats: { png: {} } }]\n`,
    );
    const words = ['--presets', presets, '--access-key-id', 'me', '--access-key-secret', 'hush'];
    const platform = await startedPlatform(join(folder, 'data'), ...words);
    expect(platform.ready.oss).toMatchObject({ accessKeyId: 'me', accessKeySecret: 'hush' });
    await platform.bucket('originals').put('a.jpg', readFileSync(starfishPhoto));
    const { variants } = await platform.manifest('a.jpg');
    expect(variants).toMatchObject([
      { preset: 'tiny', width: 16, format: 'png', state: 'rendered' },
    ]);
    await platform.stop();
  });
});

describe('the whole way', () => {
  const platform = usePlatform();
  // What is looked at is the key: a small picture has a small set.
  const picture = quarters(64, 48).jpeg().toBuffer();

  // Keys that people really upload; those with dot segments cannot be asked for at all.
  it.each([
    'odd/.hidden.jpg',
    'odd/100% zoom.jpg',
    'odd/a+b=c & d.jpg',
    'odd/cafe\u0301-NFD.jpg',
    'odd/hash#tag?x=1&y=2.jpg',
    'odd/image%20space.jpg',
    'odd/quote\'s "double" ;semi.jpg',
    'odd/中文照片 (1).jpg',
    'odd/🐸📷 emoji.jpg',
    'a//b.jpg',
    'dir/',
    'back\\slash.jpg',
    'trail ',
    '__proto__',
    'manifest.json',
    '%2e%2e/x.jpg',
    `long/${'海'.repeat(300)}.jpg`,
  ])('is open to the key %s', async key => {
    await platform.bucket('originals').put(key, await picture);
    const manifest = await platform.manifest(key);
    expect(manifest.original.key).toBe(key);
    await platform.bucket('originals').delete(key);
    await platform.gone(key);
  });
});
