import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type * as z from 'zod';
import { Failure } from '../../shared/core/failure.ts';
import { whyUnread } from '../terminal/unread.ts';

/** A YAML file of figures; what is not in it is as the schema has it. Without a file, all of it is. */
export async function settingsFrom<S extends z.ZodType>(
  file: string | undefined,
  schema: S,
  { what, option }: { what: string; option: string },
): Promise<z.infer<S>> {
  if (file === undefined) return schema.parse({});
  const parsed = schema.safeParse((await read(file, what, option)) ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  throw new Failure(
    'SETTINGS_INVALID',
    `${file} is no file of ${what}\n${problems.map(problem => `${file} ${problem}`).join('\n')}`,
  );
}

async function read(file: string, what: string, option: string): Promise<unknown> {
  try {
    return parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const found = code?.startsWith('E') ? whyUnread(cause) : `received something else (${message})`;
    const sentence = `expected ${what} in YAML at ${file} (${option}), ${found}`;
    throw new Failure('SETTINGS_INVALID', sentence, { cause });
  }
}
