import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { Failure } from '../shared/core/failure.ts';

const identitySchema = z.object({ accessKeyId: z.string(), accessKeySecret: z.string() });

export type Identity = z.infer<typeof identitySchema>;

/** Made at the first start and kept, so that a client configured once goes on working. */
export async function identityIn(dataDir: string): Promise<Identity> {
  const file = join(dataDir, 'credentials.json');
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw cause;
  });
  if (text !== undefined) return kept(text, file);
  const identity = newIdentity('LOCAL');
  await writeFile(file, `${JSON.stringify(identity, null, 2)}\n`, { mode: 0o600 });
  return identity;
}

export function newIdentity(prefix: string): Identity {
  return {
    accessKeyId: `${prefix}${randomBytes(8).toString('hex').toUpperCase()}`,
    accessKeySecret: randomBytes(24).toString('base64url'),
  };
}

function kept(text: string, file: string): Identity {
  try {
    return identitySchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Failure(
      'SETTINGS_INVALID',
      `expected accessKeyId and accessKeySecret in ${file}, received something else`,
      { cause },
    );
  }
}
