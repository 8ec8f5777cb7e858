import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { folderStore } from '../../../cli/render/folder-store.ts';
import { objectStoreContract, oddKeys } from '../../contracts/object-store.ts';

describe('folderStore keeps the contract', () => {
  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map(folder => rm(folder, { recursive: true }))));
  const open = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'darkroom-folder-'));
    folders.push(folder);
    return folderStore(folder);
  };
  objectStoreContract(open, { manyKeys: 300, oddKeys });
});
