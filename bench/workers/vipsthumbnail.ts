import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { answer } from './answer.ts';
import { runCommand } from './run-command.ts';

/** One command for each output, as many side by side as there are cores. */
await answer({
  elsewhere: true,
  run: async ({ files: [file = ''], outputs, scratch }) => {
    const side = pLimit(availableParallelism());
    const make = (width: number, format: string, options: object) => {
      const settings = Object.entries(options).map(
        ([name, value]) => `${name === 'quality' ? 'Q' : name}=${value}`,
      );
      const target = join(scratch, `${width}.${format}[${settings.join(',')},strip]`);
      return side(() => runCommand('vipsthumbnail', [file, '-s', `${width}x`, '-o', target]));
    };
    await Promise.all(outputs.map(({ width, format, options }) => make(width, format, options)));
    return { files: outputs.length };
  },
});
