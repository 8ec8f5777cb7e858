/** What `darkroom doctor` says of one thing. */
export interface Finding {
  name: string;
  state: 'good' | 'bad' | 'unknown';
  /** What is there. */
  words: string;
  /** How to make it good. */
  mend?: string;
}

export const good = (name: string, words: string): Finding => ({ name, state: 'good', words });
export const bad = (name: string, words: string, mend: string): Finding => ({
  name,
  state: 'bad',
  words,
  mend,
});
