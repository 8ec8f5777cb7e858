/** Why a file could not be read, in words: what people know by a code has it behind them. */
export function whyUnread(thrown: unknown): string {
  const { code = '' } = thrown as NodeJS.ErrnoException;
  return WORDS[code] ?? `it cannot be read (${code})`;
}

const WORDS: Record<string, string | undefined> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'its permissions do not let it be read',
  EPERM: 'its permissions do not let it be read',
};
