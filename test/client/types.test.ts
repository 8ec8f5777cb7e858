import { expectTypeOf, it } from 'vitest';
import type { Presets, Manifest as Read } from '../../client/index.ts';
import type { Manifest } from '../../shared/core/set/manifest.ts';
import type { Published } from '../../shared/core/list/published.ts';

/** What `npm run types` checks. */
it('the client takes every manifest and every published list as its schema has them', () => {
  expectTypeOf<Manifest>().toExtend<Read>();
  expectTypeOf<Published>().toExtend<Presets>();
});
