import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { answer } from './answer.ts';

interface Ipx {
  createIPX(options: { storage: unknown }): Process;
  ipxFSStorage(options: { dir: string }): unknown;
}
type Process = (
  id: string,
  modifiers: Record<string, string>,
) => { process(): Promise<{ data: Buffer | string }> };

let process: Process;

/** Every output asked for at once, as a page asks for them; ipx has no setting for effort. */
await answer({
  prepare: async ({ files: [file = ''], peers }) => {
    const { resolve } = createRequire(peers);
    const { createIPX, ipxFSStorage }: Ipx = await import(pathToFileURL(resolve('ipx')).href);
    process = createIPX({ storage: ipxFSStorage({ dir: dirname(file) }) });
    for (const format of ['jpeg', 'webp']) {
      await process('small.jpg', { w: '160', format, q: '80' }).process();
    }
  },
  run: async ({ files: [file = ''], outputs }) => {
    const made = await Promise.all(
      outputs.map(({ width, format, options }) =>
        process(basename(file), { w: `${width}`, format, q: `${options.quality}` }).process(),
      ),
    );
    return { files: made.length };
  },
});
