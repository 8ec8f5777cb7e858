/** One key for each: a name that is taken gets a number, as desktops number copies. */
export function keysApart(paths: string[], prefix: string, taken: Iterable<string>): string[] {
  const used = new Set(taken);
  return paths.map(path => {
    const [, stem = path, extension = ''] = /^(.*[^/])(\.[^./]*)$/.exec(path) ?? [];
    let key = `${prefix}${path}`;
    for (let number = 2; used.has(key); number += 1) {
      key = `${prefix}${stem} (${number})${extension}`;
    }
    used.add(key);
    return key;
  });
}
