import { describe } from 'vitest';
import { objectStoreContract, oddKeys } from '../contracts/object-store.ts';
import { memoryStore } from './memory-store.ts';

describe('memoryStore keeps the contract, so that the tests on it mean something', () => {
  objectStoreContract(async () => memoryStore(), { manyKeys: 1200, oddKeys, tellTime: true });
});
