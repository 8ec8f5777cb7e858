import { readFile } from 'node:fs/promises';
import { Failure } from '../../shared/core/failure.ts';
import { type Heat, heatSchema } from '../../shared/core/work/heat.ts';
import { whyUnread } from '../terminal/unread.ts';

/** What `darkroom heat --out` saved. */
export async function heatFrom(file: string | undefined): Promise<Heat | undefined> {
  if (file === undefined) return undefined;
  const parsed = heatSchema.safeParse(await jsonIn(file));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') || 'its beginning';
  const message = `expected what npx darkroom heat --out saved at ${file} (--heat), it is wrong at ${place}: ${issue?.message}`;
  throw new Failure('SETTINGS_INVALID', message);
}

async function jsonIn(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const found = cause instanceof SyntaxError ? 'received something else' : whyUnread(cause);
    const message = `expected what npx darkroom heat --out saved at ${file} (--heat), ${found}`;
    throw new Failure('SETTINGS_INVALID', message, { cause });
  }
}
