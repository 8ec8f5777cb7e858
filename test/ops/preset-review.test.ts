import { accessSync, constants, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { wholeProgram } from '../../cli/commands.ts';
import { unknownIn, wordsOf } from '../support/command-lines.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const SCRIPT = 'ops/review-presets.sh';

const stepSchema = z.strictObject({
  id: z.string().optional(),
  if: z.string().optional(),
  uses: z
    .string()
    .regex(/^actions\/[a-z-]+@v\d+$/)
    .optional(),
  with: z.record(z.string(), z.union([z.string(), z.boolean()])).optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
});
const jobSchema = z.strictObject({
  needs: z.string().optional(),
  if: z.string().optional(),
  'runs-on': z.literal('ubuntu-latest'),
  'timeout-minutes': z.int().max(30),
  permissions: z.record(z.string(), z.enum(['read', 'write'])),
  environment: z.string().optional(),
  outputs: z.record(z.string(), z.string()).optional(),
  steps: z.array(stepSchema).min(1),
});
const workflowSchema = z.strictObject({
  name: z.string(),
  on: z.strictObject({ pull_request: z.strictObject({ paths: z.array(z.string()) }) }),
  permissions: z.strictObject({}),
  concurrency: z.strictObject({ group: z.string(), 'cancel-in-progress': z.boolean() }),
  jobs: z.strictObject({ review: jobSchema, post: jobSchema }),
});

describe('the workflow for a pull request', () => {
  let jobs: z.infer<typeof workflowSchema>['jobs'];
  beforeAll(() => {
    ({ jobs } = workflowSchema.parse(parse(read('ops/github/darkroom-presets.yml'))));
  });

  it('lets what runs the code of the pull request write nothing, and what may write run none', () => {
    expect(jobs.review.permissions).toEqual({ contents: 'read' });
    expect(jobs.post.permissions).toEqual({ 'pull-requests': 'write' });
    const uses = jobs.post.steps.flatMap(one => (one.uses ? [one.uses.split('@')[0]] : []));
    expect(uses).toEqual(['actions/download-artifact']);
    const checkouts = jobs.review.steps.filter(one => one.uses?.startsWith('actions/checkout@'));
    expect(checkouts.map(one => one.with?.['persist-credentials'])).toEqual([false, false]);
  });

  it('puts nothing of others into a command line, and secrets into the environment of one step', () => {
    const steps = [...jobs.review.steps, ...jobs.post.steps];
    expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([]);
    const secret = steps.filter(step => JSON.stringify(step).includes('secrets.'));
    expect(secret.map(({ run }) => run?.split(' ')[0])).toEqual([SCRIPT]);
    expect(JSON.stringify(secret[0]?.env)).toContain('secrets.');
  });

  it('runs a script that is there and may be run, with as many words as it takes', () => {
    const run = jobs.review.steps.find(step => step.run?.startsWith(SCRIPT))?.run ?? '';
    expect(run.split(' ')).toHaveLength(5);
    expect(() => accessSync(join(root, SCRIPT), constants.X_OK)).not.toThrow();
  });

  it('is woken by the files that a list is made of', () => {
    const { on } = workflowSchema.parse(parse(read('ops/github/darkroom-presets.yml')));
    expect(on.pull_request.paths).toEqual(
      expect.arrayContaining(['presets.yaml', 'marks/**', 'fonts/**']),
    );
  });
});

it('the script names only commands and options that there are', async () => {
  const program = await wholeProgram();
  // What it hands on by "$@" stands in lines of its own, for the same command.
  const lines = [...read(SCRIPT).matchAll(/npx darkroom (.*)$/gm)].map(([, line = '']) => line);
  const handedOn = [...read(SCRIPT).matchAll(/set -- "\$(?:photos|@)" (.*)$/gm)].map(
    ([, words = '']) => `preview ${words}`,
  );
  expect(lines.map(line => wordsOf(line).slice(0, 2).join(' '))).toEqual([
    'presets check',
    'presets diff',
    expect.stringMatching(/^preview /),
    'presets plan',
  ]);
  expect(handedOn).toHaveLength(2);
  expect([...lines, ...handedOn].map(line => unknownIn(program, wordsOf(line)))).toEqual(
    Array(6).fill(undefined),
  );
});
