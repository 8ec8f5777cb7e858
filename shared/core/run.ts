/**
 * What a bulk run does with an original: `settle` makes right whatever is not; `missing` only where there is no
 * manifest, `stale` only where there is one; `retry-failed` takes recorded failures up again; `force` renders anew.
 */
export const modes = ['settle', 'missing', 'stale', 'retry-failed', 'force'] as const;
export type Mode = (typeof modes)[number];
