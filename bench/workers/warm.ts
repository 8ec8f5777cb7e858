import { dirname, join } from 'node:path';
import type { Output, Request } from '../request.ts';
import { outputsOf } from '../request.ts';

/** A small picture goes the contender's own way first: what is measured is a process that has served before. */
export function warm(make: (file: string, outputs: Output[]) => Promise<unknown>) {
  return async ({ files: [file = ''], outputs }: Request) => {
    const formats = [...new Set(outputs.map(({ format }) => format))];
    await make(join(dirname(file), 'small.jpg'), outputsOf(formats, [160, 320], 1));
  };
}
