import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Module {
  initSync(wasm: Buffer): { memory: { buffer: ArrayBuffer } };
  new_buffer(name: string, length: number): number;
  calc_s2(one: string, other: string, width: number, height: number): number;
}

/** Pixels of RGB. */
export interface Shown {
  data: Buffer;
  width: number;
  height: number;
}

/** SSIMULACRA2 of two pictures of one size: 100 is the same, 90 cannot be told apart, 70 is good, 50 is fair. */
export type Judge = (one: Shown, other: Shown) => number;

/**
 * By npm's calc-s2-rust, which knows an older formula than libjxl's of today (docs/rendering.md). It keeps what it was
 * given, so each comparison has a memory of its own; and it says on the console what it does.
 */
export async function openJudge(): Promise<Judge> {
  const packages = createRequire(join(import.meta.dirname, 'peers', 'package.json'));
  const folder = dirname(packages.resolve('calc-s2-rust/package.json'));
  const module = (await import(pathToFileURL(join(folder, 'calc_s2_rust.js')).href)) as Module;
  const wasm = await readFile(join(folder, 'calc_s2_rust_bg.wasm'));
  return (one, other) =>
    silently(() => {
      const { memory } = module.initSync(wasm);
      for (const [name, { data }] of Object.entries({ one, other })) {
        const at = module.new_buffer(name, data.length);
        new Uint8Array(memory.buffer, at, data.length).set(data);
      }
      return module.calc_s2('one', 'other', one.width, one.height);
    });
}

function silently<T>(action: () => T): T {
  const { log } = console;
  console.log = () => undefined;
  try {
    return action();
  } finally {
    console.log = log;
  }
}
