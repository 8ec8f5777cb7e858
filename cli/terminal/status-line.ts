import { cut, fitting } from './width.ts';

export interface StatusLine {
  tell(text: string): void;
  /** Parts of one line, what matters first: those that fit are shown. */
  parts(parts: string[]): void;
  clear(): void;
}

/** One line that is written over, where a person watches; never longer than the terminal, or it would be written below itself. */
export function statusLine(): StatusLine {
  const { stderr } = process;
  const write = (text: string) => {
    if (stderr.isTTY) stderr.write(`\r\u001b[2K${text}`);
  };
  const columns = () => (stderr.columns || 80) - 1;
  return {
    tell: text => write(cut(text, columns())),
    parts: parts => write(fitting(parts, columns())),
    clear: () => write(''),
  };
}
