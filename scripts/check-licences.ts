import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';

/**
 * Whether all that a function or a command may load has a licence that somebody has looked at. Exit code 1 with one line
 * for each that has not.
 */

const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
];
/** Weak copyleft: libvips goes into the zips as the shared library that npm has, libheif into heic-worker.mjs, each unchanged. */
const LIBRARIES = ['LGPL-3.0', 'LGPL-3.0-or-later'];

/** Their package.json says it in a form of its own; the version is that whose words were read. */
const READ: Record<string, string> = {
  // `Apache License 2.0`
  'node_modules/@darabonba/typescript': '1.0.5',
  // A list, MIT and Apache2: dual licensed, as its LICENSE says.
  'node_modules/pause-stream': '0.0.11',
};

const lockfile = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      // By the rules one text; older packages have a list or an object.
      license: z.unknown().optional(),
      dev: z.boolean().default(false),
    }),
  ),
});

/** One sentence for each package, by its place in package-lock.json, that has no known licence. */
export function licenceProblems(lock: unknown): string[] {
  const { packages } = lockfile.parse(lock);
  return Object.entries(packages)
    .filter(([place, { dev }]) => place !== '' && !dev)
    .filter(([place, { version, license }]) => !isAllowed(license) && READ[place] !== version)
    .map(
      ([place, { version, license = 'none' }]) =>
        `${place} ${version}: expected one of the licences ${[...ALLOWED, ...LIBRARIES].join(', ')}, received ${typeof license === 'string' ? license : JSON.stringify(license)}`,
    );
}

/** All of those that hold together; one of those to choose from. */
function isAllowed(expression: unknown): boolean {
  if (typeof expression !== 'string') return false;
  const names = expression.replaceAll(/[()]/g, '').split(/ (?:AND|OR) /);
  const known = names.map(name => ALLOWED.includes(name) || LIBRARIES.includes(name));
  const isChoice = expression.includes(' OR ') && !expression.includes(' AND ');
  return isChoice ? known.some(Boolean) : known.every(Boolean);
}

if (process.argv[1] === import.meta.filename) {
  const file = join(resolve(import.meta.dirname, '..'), 'package-lock.json');
  const problems = licenceProblems(JSON.parse(await readFile(file, 'utf8')));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log('package-lock.json: all licences are on the list.');
}
