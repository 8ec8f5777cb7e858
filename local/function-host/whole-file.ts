import { rename, writeFile } from 'node:fs/promises';

/** The file is there with all of its content or not at all, whenever the writer dies. */
export async function writeWhole(file: string, content: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, content);
  await rename(temporary, file);
}
