/** What a command says to its user. Everything else a command prints goes to stderr. */
export function say(text: string): void {
  console.log(text);
}

/** 1,234,567 → `1.2 MB`. */
export function bytesAsText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
