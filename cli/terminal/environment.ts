/** What was there at the start, a copy. */
export function environment(): Record<string, string> {
  return { ...process.env } as Record<string, string>;
}
