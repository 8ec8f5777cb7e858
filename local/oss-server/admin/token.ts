import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const TOKEN_FILE = 'admin.token';

/** Made at the first need and kept, so that a client goes on over a restart. */
export async function adminTokenIn(dataDir: string): Promise<string> {
  const file = join(dataDir, TOKEN_FILE);
  const kept = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return '';
    throw cause;
  });
  if (kept !== '') return kept;
  const token = randomBytes(24).toString('base64url');
  await writeFile(file, token, { mode: 0o600 });
  return token;
}
