import * as z from 'zod';

/** An object that takes no key but these; shared/core/list/problems.ts reads the list to guess what was meant. */
export function strict<S extends z.ZodRawShape>(shape: S) {
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? `expected one of: ${Object.keys(shape).join(', ')}`
        : undefined,
  });
}
