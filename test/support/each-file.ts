import fc from 'fast-check';
import { afterAll } from 'vitest';
import { removeFolders } from './folders.ts';

/** vitest.config.ts has it run before each file of tests: what is registered first is called last. */
afterAll(removeFolders);

/** A change is held up by what it broke, not by what luck found just then: luck is looked for with other seeds. */
fc.configureGlobal({ seed: Number(process.env.DARKROOM_TEST_SEED ?? 1) });
