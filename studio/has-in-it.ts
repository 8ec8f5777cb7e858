/** Whether a key has this in it, in whatever case, and however accents are written: macOS takes them apart. */
export function hasInIt(key: string, text: string): boolean {
  return searchable(key).includes(searchable(text));
}

const searchable = (text: string) => text.normalize('NFC').toLowerCase();
