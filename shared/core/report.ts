import type { FailureCode } from './failure.ts';
import { manifestKey } from './keys.ts';
import type { Manifest } from './manifest.ts';

/** What one reconcile did: what a function returns, and so what FC's onSuccess destination delivers. */
export interface Report {
  key: string;
  outcome: 'developed' | 'settled' | 'failed' | 'removed' | 'ignored' | 'taken-down';
  /** Why, where the outcome alone does not say it. */
  reason?: string;
  /** Of the set that is in force now. */
  manifest?: { key: string; version: string; complete: boolean };
  rendered: { key: string; bytes: number; milliseconds: number }[];
  kept: number;
  removed: number;
  failed: { key: string; code: FailureCode; message: string }[];
  spent: Spent;
}

/** Milliseconds are wall time; those of resize, encode and write add up over what runs side by side. */
export interface Spent {
  decodes: number;
  bytesRead: number;
  bytesWritten: number;
  milliseconds: {
    total: number;
    read: number;
    decode: number;
    resize: number;
    encode: number;
    write: number;
  };
}

export function nothingSpent(): Spent {
  const milliseconds = { total: 0, read: 0, decode: 0, resize: 0, encode: 0, write: 0 };
  return { decodes: 0, bytesRead: 0, bytesWritten: 0, milliseconds };
}

interface Results {
  outcome: Report['outcome'];
  reason?: string;
  manifest?: Manifest | undefined;
  rendered?: { variant: { key: string }; bytes: number; milliseconds: number }[];
  removed?: number;
}

export function reportOf(run: { key: string; spent: Spent }, results: Results): Report {
  const { outcome, reason, manifest, rendered = [], removed = 0 } = results;
  const variants = manifest?.variants ?? [];
  return {
    key: run.key,
    outcome,
    ...(reason ? { reason } : {}),
    ...(manifest ? { manifest: nameOf(manifest) } : {}),
    rendered: rendered.map(({ variant, bytes, milliseconds }) => ({
      key: variant.key,
      bytes,
      milliseconds,
    })),
    kept: variants.filter(({ state }) => state === 'rendered').length - rendered.length,
    removed,
    failed: variants.flatMap(variant =>
      variant.state === 'failed'
        ? [{ key: variant.key, code: variant.reason, message: variant.message }]
        : [],
    ),
    spent: run.spent,
  };
}

function nameOf({ original, version, complete }: Manifest) {
  return { key: manifestKey(original.key), version, complete };
}
