import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Focus, focusFrom } from '../../shared/core/picture/focus.ts';
import { wordsSaid } from '../../shared/core/set/manifest.ts';
import { textFrom } from '../../shared/core/watermark/mark-text.ts';
import type { Said } from './folder-store.ts';

/** What uploaders say of originals by metadata, which files on a disk have not. */

export interface SaidOptions {
  focus?: Focus;
  say: Record<string, string>;
}

export function withSaid(command: Command): Command {
  return command
    .option(
      '--focus <x,y>',
      'what they are about, as their uploader may say it by x-oss-meta-focus, such as 0.43,0.31',
      focusOrThrow,
    )
    .addOption(
      new Option(
        '--say <word=text>',
        'what their uploader may say for a watermark by x-oss-meta-wm-word, such as user=Anna; as often as there are words',
      )
        .argParser(sayingOrThrow)
        .default({}, 'nothing'),
    );
}

export function saidBy({ focus, say }: SaidOptions): Said {
  return { ...(focus ? { focus } : {}), ...wordsSaid(say) };
}

function focusOrThrow(text: string): Focus {
  const focus = focusFrom(text);
  if (focus !== 'unreadable') return focus;
  throw new InvalidArgumentError('expected two shares from 0 to 1, such as 0.43,0.31');
}

function sayingOrThrow(text: string, said: Record<string, string>): Record<string, string> {
  const [, word = '', value = ''] = /^([a-z][a-z0-9-]*)=(.+)$/s.exec(text) ?? [];
  const drawn = textFrom(encodeURIComponent(value));
  if (word && drawn !== null) return { ...said, [word]: drawn };
  throw new InvalidArgumentError(
    'expected a word and up to 64 characters without controls, such as user=Anna',
  );
}
