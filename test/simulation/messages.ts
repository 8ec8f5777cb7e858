import type { FunctionName } from './wiring.ts';

export interface Message {
  to: FunctionName;
  id: string;
  payload: Buffer;
  keys: string[];
  attempt: number;
  since: number;
}

/** A hash says nothing to a reader of traces; what comes before it, and four digits of it, do. */
export function shortened(id: string): string {
  return id.replace(/[0-9a-f]{30,}/, hash => hash.slice(0, 6));
}

/** Whom a payload is about; of our own and of OSS's. */
export function keysIn(payload: Buffer): string[] {
  const text = payload.toString('utf8');
  if (!text.startsWith('{')) return [originalOf(text)];
  const parsed = JSON.parse(text);
  const event = parsed.kind === 'darkroom.replay' ? parsed.event : parsed;
  if (Array.isArray(event.keys)) return event.keys;
  const records: { oss: { object: { key: string } } }[] = event.events ?? [];
  return records.map(({ oss }) => oss.object.key);
}

/** Of a miss: its file's own original. */
function originalOf(key: string): string {
  return key.split('/').slice(0, -2).join('/');
}
