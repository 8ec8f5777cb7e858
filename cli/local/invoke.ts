import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { startPlatform } from '../../local/platform.ts';
import { Failure } from '../../shared/core/failure.ts';
import { defaultPresets, textOf } from '../presets/presets.ts';
import { say } from '../terminal/printer.ts';
import { whyUnread } from '../terminal/unread.ts';

interface Options {
  function: string;
  data: string;
}

export function invokeCommand(): Command {
  return new Command('invoke')
    .description(
      'Hand one event to a built function, over the local platform’s data, and print its answer.',
    )
    .argument('<event>', 'a file such as those in events/samples')
    .option('--function <name>', 'which one', 'on-object-changed')
    .option('--data <dir>', 'of a local platform that is not running', '.darkroom')
    .action(invoke);
}

async function invoke(event: string, options: Options): Promise<void> {
  const payload = await readFile(event).catch((cause: NodeJS.ErrnoException) => {
    throw new Failure('EVENT_UNREADABLE', `expected an event at ${event}, ${whyUnread(cause)}`, {
      cause,
    });
  });
  const platform = await startPlatform({
    port: 0,
    dataDir: resolve(options.data),
    fresh: false,
    identity: undefined,
    presets: { file: defaultPresets, text: await textOf(defaultPresets), replace: false },
    onHappening: happening => {
      if (happening.kind === 'log') say(happening.line);
    },
  });
  try {
    const result = await platform.host.invoke(options.function, payload);
    say(JSON.stringify(JSON.parse(result.payload.toString('utf8')), null, 2));
    if (result.functionError) process.exitCode = 1;
  } finally {
    await platform.close();
  }
}
