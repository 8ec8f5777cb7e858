import type { Dangling } from '../../shared/pipeline/inspect/survey.ts';
import { grouped } from '../terminal/figures.ts';

/** Symlinks whose target is not there, in the same words wherever they are told of. */

export function danglingTexts({ links, first }: Dangling): string[] {
  if (links === 0) return [];
  return [`symlinks whose target is not there: ${grouped(links)}, such as ${first}`];
}

export function danglingText(target: string): string {
  return `a symlink whose target is not there: ${target}`;
}
