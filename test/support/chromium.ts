import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';

/** Undefined where it is installed (on Debian `apt-get install chromium`), or why a test of the browser is left out. */
export const noChromium = existsSync(EXECUTABLE)
  ? undefined
  : `there is no ${EXECUTABLE} on this machine`;

/** Debian's own, with an empty profile, and quiet: nothing of it asks the network for anything but our pages. */
export async function openChromium(): Promise<Browser> {
  return await chromium.launch({
    executablePath: EXECUTABLE,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
