import { similarTo, type Similar } from '../../shared/pipeline/moderation/similar.ts';
import type { Connection } from '../cloud/connection.ts';

/** What looks like a picture, for whoever decides whether that goes, too. Nothing is changed. */
export async function similarText(
  key: string,
  connection: Connection,
  { json }: { json?: true },
): Promise<string> {
  const similar = await similarTo(key, connection);
  if (json) return JSON.stringify({ key, similar });
  if (similar.length === 0) return `${key}\n    nothing that was judged looks like it`;
  return [key, ...similar.map(lineOf)].join('\n');
}

function lineOf({ key, distance, isKnown }: Similar): string {
  const bits = distance === 1 ? '1 bit' : `${distance} bits`;
  const known = isKnown ? ', was blocked or taken down' : '';
  return `    ${key ?? 'a picture whose record cannot be read'}  ${bits} of 64 differ${known}`;
}
