/** What was dropped: files, and all that lies in folders. */

export interface Dropped {
  file: File;
  /** With the folders that it was in: `2026/a.jpg`. */
  path: string;
}

/** Of a browser's DataTransfer what is asked of it; tests are not compiled with its types. */
export interface Transfer {
  items: Iterable<{ webkitGetAsEntry(): Entry | null }>;
  files: Iterable<File>;
}

export interface Entry {
  isFile: boolean;
  isDirectory: boolean;
  fullPath: string;
}

interface FileEntry extends Entry {
  file(take: (file: File) => void, refuse: (thrown: unknown) => void): void;
}

interface FolderEntry extends Entry {
  createReader(): {
    readEntries(take: (some: Entry[]) => void, refuse: (thrown: unknown) => void): void;
  };
}

/** More than this at once are a job for ossutil. */
export const MOST_PHOTOS = 2000;
/** Of whatever kind, folders too: a disk, or a link to a folder that it is in, has no end that somebody would wait for. */
export const MOST_WALKED = 20_000;

export interface Taken {
  files: Dropped[];
  /** Of folders, since they are no pictures. */
  leftOut: number;
  unread: number;
}

/** Must be called before the drop's event is over: then a browser forgets it. */
export async function filesDropped(transfer: Transfer): Promise<Taken | 'too-many'> {
  const entries = [...transfer.items].flatMap(item => item.webkitGetAsEntry() ?? []);
  // What a page puts together itself has no entries.
  if (entries.length === 0) return { files: chosen([...transfer.files]), leftOut: 0, unread: 0 };
  const taken: Taken = { files: [], leftOut: 0, unread: 0 };
  let walkedSoFar = 0;
  const onUnread = () => {
    taken.unread += 1;
  };
  for await (const { entry, isNamed } of walked(entries, onUnread)) {
    walkedSoFar += 1;
    if (isFile(entry)) await take(entry, isNamed, taken);
    if (taken.files.length > MOST_PHOTOS || walkedSoFar > MOST_WALKED) return 'too-many';
  }
  return taken;
}

async function take(entry: FileEntry, isNamed: boolean, taken: Taken): Promise<void> {
  const file = await fileOf(entry);
  if (!file) taken.unread += 1;
  else if (!isNamed && !isPicture(file)) taken.leftOut += 1;
  else taken.files.push({ file, path: entry.fullPath.replace(/^\//, '') });
}

/** Each by its own name. */
export function chosen(files: File[]): Dropped[] {
  return files.map(file => ({ file, path: file.name }));
}

/** `isNamed`: it was dropped itself, so somebody means it. */
async function* walked(
  named: Entry[],
  onUnread: () => void,
): AsyncGenerator<{ entry: Entry; isNamed: boolean }> {
  const ahead = named.map(entry => ({ entry, isNamed: true })).reverse();
  for (let next = ahead.pop(); next; next = ahead.pop()) {
    yield next;
    if (!isFolder(next.entry)) continue;
    const entries = await inside(next.entry, onUnread);
    ahead.push(...entries.map(entry => ({ entry, isNamed: false })).reverse());
  }
}

const isFile = (entry: Entry): entry is FileEntry => entry.isFile;
const isFolder = (entry: Entry): entry is FolderEntry => entry.isDirectory;

/** Undefined where it went meanwhile, or is not for this user to read. */
function fileOf(entry: FileEntry): Promise<File | undefined> {
  return new Promise(resolve => entry.file(resolve, () => resolve(undefined)));
}

/** As far as it can be read, and not further than anybody walks. Chromium answers a hundred at a time. */
async function inside(folder: FolderEntry, onUnread: () => void): Promise<Entry[]> {
  const reader = folder.createReader();
  const all: Entry[] = [];
  while (all.length <= MOST_WALKED) {
    const some = await new Promise<Entry[] | undefined>(resolve =>
      reader.readEntries(resolve, () => resolve(undefined)),
    );
    if (!some) onUnread();
    if (!some || some.length === 0) return all;
    all.push(...some);
  }
  return all;
}

/** Systems leave hidden files of their own in folders; of HEIC not every one knows the type. */
function isPicture({ name, type }: File): boolean {
  return !name.startsWith('.') && (type.startsWith('image/') || /\.(heic|heif|avif)$/i.test(name));
}
