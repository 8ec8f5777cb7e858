import type { OutputFormat } from '../../shared/core/list/preset-list.ts';
import { parseDerivativeKey } from '../../shared/core/set/keys.ts';
import type { Effort } from './bench.ts';

/** One file of a measured original. */
export interface Rendition {
  preset: string;
  width: number;
  format: OutputFormat;
  bytes: number;
  /** Of the first view, where it is made by that one: its own work and what is recorded after it. */
  miss?: Effort;
}

export function renditionOf(key: string, bytes: number): Rendition[] {
  const name = parseDerivativeKey(key);
  if (!name) return [];
  const { preset, width, format } = name;
  return [{ preset, width, format, bytes }];
}
