import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Carried, textOf } from './carried.ts';
import type { Entry } from './zip.ts';

/** `LICENSES/` of a zip: the licence texts of what it carries, one file for each package. */

const TEXTS = join(import.meta.dirname, 'licence-texts');

export interface StandIn {
  because: string;
  /** Of `licence-texts`, beside what the README says. */
  texts: string[];
}

/** One file for each package, and one sentence for each that has no text and is not known for that. */
export async function licencesOf(
  carried: Carried[],
  known = WITHOUT_FILE,
): Promise<{ entries: Entry[]; problems: string[] }> {
  const entries: Entry[] = [];
  const problems: string[] = [];
  const whereIs = new Map<string, string>();
  for (const one of carried) {
    const id = `${one.name}@${one.version}`;
    const standIn = known[id];
    if (one.legal.length === 0 && !standIn) {
      problems.push(`${one.place}: expected a licence text in ${id}, received none: ${MEND}`);
      continue;
    }
    const path = `LICENSES/${id}.txt`;
    const parts = standIn
      ? await standInFor(one, standIn)
      : one.legal.map(file => partOf(file, path, whereIs));
    const bytes = Buffer.from(`${[headOf(one), ...parts].join(RULE)}\n`);
    entries.push({ path, bytes });
  }
  return { entries, problems };
}

const MEND = 'see what it says of its licence, and add it to scripts/packaging/licences.ts';
const RULE = `\n\n${'-'.repeat(70)}\n\n`;

function headOf({ name, version, license, author, repository }: Carried): string {
  const said = Object.entries({ license, author, repository }).filter(([, value]) => value);
  return [`${name} ${version}`, ...said.map(([key, value]) => `${key}: ${value}`)].join('\n');
}

/** A text once: a dozen packages have the same 11 kB. */
function partOf(file: Entry, path: string, whereIs: Map<string, string>): string {
  const text = textOf(file).trim();
  const before = whereIs.get(text);
  if (before === undefined) whereIs.set(text, path);
  return `${file.path}\n\n${before === undefined ? text : `The same as in ${before}.`}`;
}

async function standInFor({ said }: Carried, { because, texts }: StandIn): Promise<string[]> {
  const readme = said.find(({ path }) => /^readme/i.test(path));
  const section = readme && licenceSection(textOf(readme));
  const standard = texts.map(name => readFile(join(TEXTS, `${name}.txt`), 'utf8'));
  return [
    `The package has no licence file: ${because}.`,
    ...(section ? [`Its README\n\n${section}`] : []),
    ...(await Promise.all(standard)).map(text => text.trim()),
  ];
}

/** From the last heading that speaks of it to the end. */
function licenceSection(readme: string): string | undefined {
  const headings = [...readme.matchAll(/^(?:#+ *)?licen[cs](?:e|ing)\b.*$/gim)];
  const last = headings.at(-1);
  return last && readme.slice(last.index).trim();
}

const IN_README: StandIn = { because: 'its README has the text', texts: [] };
const named = (text: string): StandIn => ({ because: 'it only names its licence', texts: [text] });
const saysTwo = (...texts: string[]): StandIn => ({
  because: 'its package.json says one licence and its README another',
  texts,
});

/** By the version that somebody looked at. */
const WITHOUT_FILE: Record<string, StandIn> = {
  '@img/sharp-libvips-linux-x64@1.3.4': {
    because: 'its README names the licence of each library inside it',
    texts: ['LGPL-3.0', 'GPL-3.0', 'MPL-1.1'],
  },
  'agent-base@6.0.2': IN_README,
  'agentkeepalive@3.5.3': IN_README,
  'http-proxy-agent@5.0.0': IN_README,
  'https-proxy-agent@5.0.1': IN_README,
  'socks-proxy-agent@6.2.1': IN_README,
  '@alicloud/gateway-spi@0.0.8': named('ISC'),
  '@alicloud/openapi-core@1.0.8': saysTwo('ISC', 'Apache-2.0'),
  '@alicloud/tea-typescript@1.8.0': saysTwo('ISC', 'MIT'),
  '@darabonba/typescript@1.0.5': named('Apache-2.0'),
  'brotli@1.3.3': named('MIT'),
  'copy-to@2.0.1': named('MIT'),
  'dfa@1.2.0': named('MIT'),
  'fontkit@2.0.4': named('MIT'),
  'httpx@2.3.3': named('MIT'),
  'os-name@1.0.3': named('MIT'),
  'sdk-base@2.0.1': named('MIT'),
  'thumbhash@0.1.1': named('MIT'),
};
