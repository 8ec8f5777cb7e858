import { readFileSync } from 'node:fs';
import { presetsOrThrow } from '../../shared/adapters/yaml/preset-file.ts';
import type { PresetList } from '../../shared/core/list/preset-list.ts';

/** Two presets, five files: small enough to write a whole set out by hand. */
export const SMALL = `
version: 1
rules:
  - { match: 'docs/**', presets: none }
  - { match: '**', presets: [thumb, feed] }
presets:
  - { name: thumb, widths: [100], aspect: '1:1', fit: cover, formats: { jpeg: {} } }
  - { name: feed, widths: [480, 1080], formats: { jpeg: {}, webp: {} } }
`;

/** Another that judges whatever has a rule: what is of high risk is blocked, what is of any is held. */
export const moderated = (yaml: string): string =>
  yaml.replaceAll(
    /presets: (\[[^\]]*\]) \}/g,
    "presets: $1, moderate: { block: ['* >= high'], review: ['* >= low'] } }",
  );

export function listOf(yaml: string): PresetList {
  return presetsOrThrow(yaml, 'presets.yaml').list;
}

export const defaultList = (): PresetList =>
  listOf(readFileSync(new URL('../../presets.yaml', import.meta.url), 'utf8'));

/** The shipped list as it was before its formats were levelled: stored sets have its fingerprints. */
export const earlierList = (): PresetList =>
  listOf(readFileSync(new URL('../../bench/shipped-before.yaml', import.meta.url), 'utf8'));
