/** What differs between two values of one shape, in words: `formats.webp.quality: 78 → 80`. */
export function differences(old: unknown, next: unknown, path = ''): string[] {
  if (inWords(old) === inWords(next)) return [];
  if (!isRecord(old) || !isRecord(next)) return [`${path}: ${inWords(old)} → ${inWords(next)}`];
  const names = new Set([...Object.keys(old), ...Object.keys(next)]);
  return [...names].flatMap(name =>
    differences(old[name], next[name], path ? `${path}.${name}` : name),
  );
}

export function inWords(value: unknown): string {
  if (value === undefined) return 'none';
  if (Array.isArray(value)) return value.map(one => inWords(one)).join(', ');
  if (!isRecord(value)) return String(value);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  if (entries.length === 0) return '{}';
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{ ${entries.map(([name, one]) => `${name}: ${inWords(one)}`).join(', ')} }`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
