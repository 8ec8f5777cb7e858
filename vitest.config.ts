import { defineConfig } from 'vitest/config';

/**
 * Tests without a process, a server or a picture: they share a thread, and what it has loaded. The named ones
 * start processes or decode.
 */
const pure = 'test/shared/{core,fc,pipeline}/**/!(abort|develop|miss).test.ts';

/** Tests of what people and the platform start: commands, function hosts, Serverless Devs, the zips. */
const process = [
  'test/cli/{backfill,inspect,presets,render,replay}/*.test.ts',
  'test/cli/deployment/policies.test.ts',
  'test/cli/{heat/heat,rehearse/rehearse}.test.ts',
  'test/client/bundle.test.ts',
  'test/local/{bundles,service-definition}.test.ts',
  'test/local/{fc-api,function-host,service}/*.test.ts',
  'test/scripts/**/*.test.ts',
  'test/shared/adapters/sharp/hostile-headers.test.ts',
  'test/shared/pipeline/develop/abort.test.ts',
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
          exclude: ['test/{e2e,long}/**', 'test/simulation/**', pure, ...process],
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
          globalSetup: ['test/support/built/build.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          isolate: false,
          include: ['test/e2e/*.test.ts'],
          globalSetup: ['test/support/built/build.ts', 'test/support/shared-platform.ts'],
          testTimeout: 480_000,
          hookTimeout: 240_000,
        },
      },
      {
        extends: true,
        test: {
          // What takes minutes together, and a change of code seldom breaks: kills, storms, real pictures, zips, a browser.
          name: 'long',
          isolate: false,
          include: ['test/long/*.test.ts'],
          globalSetup: ['test/support/built/build.ts', 'test/support/shared-platform.ts'],
          testTimeout: 480_000,
          hookTimeout: 240_000,
        },
      },
    ],
    coverage: { provider: 'v8', include: ['shared/**', 'events/**', 'local/**', 'cli/**'] },
  },
});
