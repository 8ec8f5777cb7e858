import { describe } from 'vitest';
import { folderStore } from '../../../cli/render/folder-store.ts';
import { objectStoreContract, oddKeys } from '../../contracts/object-store.ts';
import { newFolder } from '../../support/folders.ts';

describe('folderStore keeps the contract', () => {
  objectStoreContract(async () => folderStore(newFolder()), { manyKeys: 300, oddKeys });
});
