import { afterAll } from 'vitest';
import { removeFolders } from './folders.ts';

/** vitest.config.ts has it run before each file of tests: what is registered first is called last. */
afterAll(removeFolders);
