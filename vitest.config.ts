import { defineConfig } from 'vitest/config';

/**
 * Tests without a process, a server or a picture: they share a thread, and what it has loaded. The named ones
 * start processes or decode.
 */
const pure = 'test/shared/{core,fc,pipeline}/**/!(abort|content|develop|miss|watermarks).test.ts';

/** Tests of what people and the platform start: commands, function hosts; and of what draws many pictures. */
const process = [
  'test/cli/{backfill,deployment,index,init,inspect,presets,preview,render,replay}/*.test.ts',
  'test/client/bundle.test.ts',
  'test/local/bundles.test.ts',
  'test/local/{fc-api,function-host,service}/*.test.ts',
  'test/scripts/**/*.test.ts',
  'test/shared/adapters/sharp/text-mark.test.ts',
  'test/shared/pipeline/develop/{abort,content}.test.ts',
];

/**
 * What takes minutes together, and a change of code seldom breaks: kills, storms, real pictures, zips, a browser; and what
 * waits for time-outs, draws thousands of pictures, or starts a foreign program for each case.
 */
const long = [
  'test/long/*.test.ts',
  'test/cli/deployment/policies.test.ts',
  'test/cli/heat/heat.test.ts',
  'test/cli/presets/estimate.test.ts',
  'test/cli/rehearse/rehearse.test.ts',
  'test/e2e/least-privilege.test.ts',
  'test/e2e/moderation.test.ts',
  'test/e2e/watermarks.test.ts',
  'test/local/function-host/reserved.test.ts',
  'test/local/service/offline-component.test.ts',
  'test/local/service-definition.test.ts',
  'test/shared/adapters/fc/function-settings.test.ts',
  'test/shared/adapters/oss/faults.test.ts',
  'test/shared/adapters/sharp/hostile-headers.test.ts',
  'test/shared/adapters/sharp/text-mark.test.ts',
];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One more than the cores that a small machine has: many files wait for processes of their own.
    maxWorkers: 3,
    setupFiles: ['test/support/each-file.ts'],
    reporters: ['default', './test/support/left-out.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: [pure],
          pool: 'threads',
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'unit',
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/simulation/**', pure, ...process, ...long],
        },
      },
      {
        extends: true,
        test: {
          // It changes what time it is, which no timer of another file may meet.
          name: 'simulation',
          include: ['test/simulation/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'process',
          isolate: false,
          include: process,
          exclude: long,
          globalSetup: ['test/support/built/build.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          isolate: false,
          include: ['test/e2e/*.test.ts'],
          exclude: long,
          globalSetup: ['test/support/built/build.ts', 'test/support/shared-platform.ts'],
          testTimeout: 480_000,
          hookTimeout: 240_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'long',
          isolate: false,
          include: long,
          globalSetup: ['test/support/built/build.ts', 'test/support/shared-platform.ts'],
          testTimeout: 480_000,
          hookTimeout: 240_000,
        },
      },
    ],
    coverage: { provider: 'v8', include: ['shared/**', 'events/**', 'local/**', 'cli/**'] },
  },
});
