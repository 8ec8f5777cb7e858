/** What was dropped: files, and all that lies in folders. */

export interface Dropped {
  file: File;
  /** With the folders that it was in: `2026/a.jpg`. */
  path: string;
}

/** More than this at once are a job for ossutil. */
const MOST = 2000;

/** Throws a sentence where there are too many. Must be called before the drop's event is over: then a browser forgets it. */
export async function filesDropped(
  transfer: Pick<DataTransfer, 'items' | 'files'>,
): Promise<{ files: Dropped[]; leftOut: number }> {
  const entries = [...transfer.items].flatMap(item => item.webkitGetAsEntry() ?? []);
  // What a page puts together itself has no entries.
  if (entries.length === 0) return { files: chosen([...transfer.files]), leftOut: 0 };
  const files: Dropped[] = [];
  let leftOut = 0;
  for await (const { dropped, isNamed } of walked(entries)) {
    if (isNamed || isPicture(dropped.file)) files.push(dropped);
    else leftOut += 1;
    if (files.length > MOST) {
      throw new Error(`expected at most ${MOST} photos at once, the folder has more`);
    }
  }
  return { files, leftOut };
}

/** Each by its own name. */
export function chosen(files: File[]): Dropped[] {
  return files.map(file => ({ file, path: file.name }));
}

/** `isNamed`: it was dropped itself, so somebody means it. */
async function* walked(
  entries: FileSystemEntry[],
  isNamed = true,
): AsyncGenerator<{ dropped: Dropped; isNamed: boolean }> {
  for (const entry of entries) {
    if (isFile(entry)) {
      const dropped = { file: await fileOf(entry), path: entry.fullPath.replace(/^\//, '') };
      yield { dropped, isNamed };
    } else if (isFolder(entry)) yield* walked(await inside(entry), false);
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** Chromium answers a hundred at a time. */
async function inside(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

/** Systems leave hidden files of their own in folders; of HEIC not every one knows the type. */
function isPicture({ name, type }: File): boolean {
  return !name.startsWith('.') && (type.startsWith('image/') || /\.(heic|heif|avif)$/i.test(name));
}
