import { writeFile } from 'node:fs/promises';
import { Argument, Command } from 'commander';
import * as z from 'zod';
import { logLineSchema } from '../../shared/core/telling/log-events.ts';
import { readyJsonSchema } from '../../shared/fc/destination.ts';
import { say } from '../terminal/printer.ts';

const schemas = {
  ready: readyJsonSchema,
  log: () => ({ title: 'Darkroom log line', ...z.toJSONSchema(logLineSchema) }),
};

export function schemaCommand(): Command {
  return new Command('schema')
    .description('Print the JSON Schema of what others read.')
    .addArgument(
      new Argument(
        '<which>',
        'ready: the message of the success destination; log: a line of the log',
      ).choices(Object.keys(schemas)),
    )
    .option('--out <file>', 'write it to a file instead')
    .action(schema);
}

async function schema(which: keyof typeof schemas, { out }: { out?: string }): Promise<void> {
  const text = `${JSON.stringify(schemas[which](), null, 2)}\n`;
  if (out) await writeFile(out, text);
  else say(text.trimEnd());
}
