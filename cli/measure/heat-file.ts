import { readFile } from 'node:fs/promises';
import { Failure } from '../../shared/core/failure.ts';
import { type Heat, heatSchema } from '../../shared/core/work/heat.ts';

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
    const { code } = cause as NodeJS.ErrnoException;
    const message = `expected what npx darkroom heat --out saved at ${file} (--heat), received ${code ?? 'something else'}`;
    throw new Failure('SETTINGS_INVALID', message, { cause });
  }
}
