import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';

/** What a machine may lack, by the file of tests that needs it, and how to have it. */
const HOW: [RegExp, string][] = [
  [/client\.test/, 'the client in a browser (apt-get install chromium)'],
  [/long\/preview\.test/, 'the contact sheet in a browser (apt-get install chromium)'],
  [/(colour-said|ultra-hdr)\.test/, 'drawn cases (DARKROOM_CASES names their folder)'],
  [
    /(photos|main-job|package)\.test/,
    'real pictures (DARKROOM_PHOTOS names a folder with a manifest.json)',
  ],
  [/smoke\.test/, 'an account in the cloud (DARKROOM_SMOKE=1 and its credentials)'],
  [/checks\.test/, 'readelf (apt-get install binutils)'],
  [/completion\.test/, 'a shell (apt-get install zsh fish)'],
  [/(render|backfill|explain|plan)\.test/, 'a terminal (Linux, apt-get install bsdutils)'],
];

/** Says in one line, below all else, which tests were left out and how to have them run. */
export default class LeftOut implements Reporter {
  private isWhole = true;

  onInit({ config }: Vitest): void {
    this.isWhole = !config.testNamePattern;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (!this.isWhole) return;
    const tests = modules.flatMap(({ children }) => [...children.allTests('skipped')]);
    // The report of coverage comes between.
    if (tests.length > 0) process.once('exit', () => process.stdout.write(`${sentence(tests)}\n`));
  }
}

function sentence(tests: TestCase[]): string {
  const counts = new Map<string, number>();
  for (const { module } of tests) {
    const how = HOW.find(([file]) => file.test(module.moduleId))?.[1] ?? module.relativeModuleId;
    counts.set(how, (counts.get(how) ?? 0) + 1);
  }
  const each = [...counts].map(([how, count]) => `${count} with ${how}`);
  return `Left out: ${each.join('; ')}.`;
}
