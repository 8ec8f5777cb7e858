import { join } from 'node:path';
import { answer } from './answer.ts';
import { COMMANDS, installed, runCommand } from './run-command.ts';

/** One command that decodes once, shrunk as far as JPEG allows, and goes down from width to width. */
await answer({
  elsewhere: true,
  run: async ({ files: [file = ''], outputs, scratch }) => {
    const magick = (await installed(COMMANDS.imagemagick ?? [])) ?? 'convert';
    const widths = [...new Set(outputs.map(({ width }) => width))].sort((a, b) => b - a);
    const steps = widths.flatMap(width => [
      '-resize',
      `${width}x`,
      ...outputs
        .filter(output => output.width === width)
        .flatMap(({ format, options }) => [
          '-quality',
          `${options.quality}`,
          '-write',
          join(scratch, `${width}.${format}`),
        ]),
    ]);
    const hint = ['-define', `jpeg:size=${2 * Math.max(...widths)}x`];
    await runCommand(magick, [...hint, file, '-auto-orient', '-strip', ...steps, 'null:']);
    return { files: outputs.length };
  },
});
