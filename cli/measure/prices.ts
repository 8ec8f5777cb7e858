import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { type Prices, pricesSchema } from '../../shared/core/work/cost.ts';
import { Failure } from '../../shared/core/failure.ts';

/** The list prices, with what a YAML file says instead; docs/costs.md shows one. */
export async function pricesFrom(file: string | undefined): Promise<Prices> {
  if (file === undefined) return pricesSchema.parse({});
  const parsed = pricesSchema.safeParse((await read(file)) ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  throw new Failure(
    'SETTINGS_INVALID',
    `${file} is no file of prices\n${problems.map(problem => `${file} ${problem}`).join('\n')}`,
  );
}

async function read(file: string): Promise<unknown> {
  try {
    return parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const sentence = `expected prices in YAML at ${file} (--prices), received something else (${code ?? message})`;
    throw new Failure('SETTINGS_INVALID', sentence, { cause });
  }
}
