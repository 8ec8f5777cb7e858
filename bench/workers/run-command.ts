import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export const runCommand = promisify(execFile);

/** Names of the commands that some workers start, the newest first; a worker without one of them sits out. */
export const COMMANDS: Record<string, string[]> = {
  vipsthumbnail: ['vipsthumbnail'],
  imagemagick: ['magick', 'convert-im6.q16', 'convert'],
};

/** The first of these commands that is installed. */
export async function installed(names: string[]): Promise<string | undefined> {
  for (const name of names) {
    // `convert` may be anybody's.
    const { stdout = '', stderr = '' } = await runCommand(name, ['--version']).catch(
      error => error as { stdout?: string; stderr?: string },
    );
    if (/ImageMagick|vips/i.test(`${stdout}${stderr}`)) return name;
  }
  return undefined;
}
