import { Command } from 'commander';
import { Failure, failureOf } from '../../shared/core/failure.ts';
import { isWorthAnotherTry } from '../../shared/core/set/findings.ts';
import { isWhole, type Status } from '../../shared/core/set/status.ts';
import { listInForce } from '../../shared/pipeline/edits/list-in-force.ts';
import { type SurveyStores, type Surveyed, lookAt } from '../../shared/pipeline/inspect/survey.ts';
import { type Proof, proofOf } from '../../shared/pipeline/removal/take-down-records.ts';
import {
  type Connection,
  type ConnectionOptions,
  connect,
  withConnection,
} from '../cloud/connection.ts';
import { givenKey } from '../cloud/given-key.ts';
import { say, sayText } from '../terminal/printer.ts';
import { danglingText } from './dangling.ts';
import { contentText, linkTexts, originalText } from './original-text.ts';
import { takedownTexts } from './takedown-acts.ts';
import { variantText, whyOf } from './variant-texts.ts';
import { judgedTexts } from './judged.ts';
import { type Judged, judgedOf } from '../../shared/pipeline/moderation/standing.ts';

interface Options extends ConnectionOptions {
  json?: true;
}

export function explainCommand(): Command {
  const command = new Command('explain')
    .description('Say what the preset list wants of an original, and how each of its files stands.')
    .argument('<key...>', 'of originals, as they are in the bucket, or URLs of them or their files')
    .option('--json', 'lines of JSON: one for each key');
  return withConnection(command).action(explain);
}

async function explain(words: string[], options: Options): Promise<void> {
  const connection = await connect(options);
  const { config } = connection;
  const presets = await listInForce(config, {}).current();
  for (const word of words) {
    try {
      const key = keyOrThrow(word, connection);
      const look = await lookFor(key, connection, presets);
      const proof = await proofOf(key, config);
      const judged = await judgedOf({ ...look.status, list: presets.list }, config);
      const found = { ...look, judged };
      if (options.json) say(jsonOf(found, proof));
      else sayText(textOf(found, proof, presets.fingerprint));
    } catch (thrown) {
      tellUnusable(word, failureOf(thrown), options);
    }
  }
}

function keyOrThrow(word: string, connection: Connection): string {
  const key = givenKey(word, connection);
  if (key instanceof Failure) throw key;
  return key;
}

/** One key that is none holds up no other; what else fails would fail for all. */
function tellUnusable(word: string, failure: Failure, { json }: Options): void {
  const { code, message } = failure;
  if (code !== 'KEY_UNUSABLE') throw failure;
  process.exitCode = 1;
  if (json) say(JSON.stringify({ key: word, error: { code, message } }));
  else process.stderr.write(`darkroom: ${message}\n`);
}

interface Look extends Surveyed {
  /** Of a symlink: where it leads to, and nothing is. */
  nowhere: string | undefined;
}

interface Found extends Look {
  judged: Judged | undefined;
}

async function lookFor(
  key: string,
  { where, linkTarget, ...stores }: Connection,
  presets: SurveyStores['presets'],
): Promise<Look> {
  const original = await stores.originals.head(key);
  const look = await lookAt(key, original, { ...stores, presets, now: () => new Date() });
  const nowhere = original ? undefined : await linkTarget(key);
  if (look.status.original || look.manifest) return { ...look, nowhere };
  const found = nowhere === undefined ? `there is no ${key}` : `${key} is ${danglingText(nowhere)}`;
  throw new Failure('KEY_UNUSABLE', `expected the key of an original of ${where}, ${found}`);
}

function jsonOf(
  { status, manifest, nowhere, judged }: Found,
  takedown: Proof | 'unreadable' | undefined,
): string {
  const readable = manifest === 'unreadable' ? undefined : manifest;
  return JSON.stringify({
    ...status,
    whole: isWhole(status),
    ...(nowhere === undefined ? {} : { dangling: { target: nowhere } }),
    ...(takedown ? { takedown } : {}),
    ...(judged ? { judged } : {}),
    manifest: readable && {
      version: readable.version,
      presets: readable.presets,
      committedAt: readable.committedAt,
    },
    ...(manifest === 'unreadable' ? { error: { message: UNREADABLE } } : {}),
  });
}

const UNREADABLE =
  'this Darkroom cannot read what lies in its place: the next run makes the set anew (npx darkroom verify --fix)';

function textOf(
  { status, manifest, nowhere, judged }: Found,
  proof: Proof | 'unreadable' | undefined,
  fingerprint: string,
) {
  const { key, failure, notFor } = status;
  const lines = [
    key,
    ...takedownTexts(status, proof),
    ...judgedTexts(status, judged),
    `  rule      ${ruleText(status)}`,
    `  original  ${originalText(status, nowhere)}`,
    ...linkTexts(status),
    ...(status.content ? [`  content   ${contentText(status.content)}`] : []),
    `  manifest  ${manifestText(manifest, fingerprint)}`,
    ...(failure ? [`  failure   ${failureText(failure)}`] : []),
    ...(isAsked(status) ? [`  whole     ${wholeText(status)}`] : []),
    ...(notFor.length > 0 ? [`  not for   ${notFor.join(', ')}: \`when\` does not hold`] : []),
    ...(status.picture ? status.variants.map(one => `    ${variantText(one)}`) : []),
    ...status.unwanted.map(file => `    ! ${file}  the list does not name it`),
    ...status.retired.map(file => `    ~ ${file.key}  replaced, goes ${file.goesAt}`),
  ];
  return lines.join('\n');
}

function failureText({ code, message }: NonNullable<Status['failure']>): string {
  const again = isWorthAnotherTry(code) ? '; npx darkroom verify --fix has it tried again' : '';
  return `${code}: ${message}${again}`;
}

function isAsked({ variants }: Status): boolean {
  return variants.length > 0;
}

function ruleText({ rule }: Status): string {
  if (!rule) return 'none matches: nothing is made of it';
  const presets = rule.presets === 'none' ? 'none: nothing is made of it' : rule.presets.join(', ');
  return `rules[${rule.index}] "${rule.match}" → ${presets}`;
}

function manifestText(manifest: Surveyed['manifest'], fingerprint: string): string {
  if (!manifest) return 'none';
  if (manifest === 'unreadable') return UNREADABLE;
  if (manifest.takenDown) return 'a tombstone: nothing is rendered of this key, until it is undone';
  const { version, presets, committedAt } = manifest;
  const list = presets === fingerprint ? 'the list in force' : `the list ${presets}`;
  return `of version ${version}, committed ${committedAt} by ${list}`;
}

function wholeText(status: Status): string {
  const { variants, picture, failure } = status;
  const [first] = variants;
  // Before the picture is known all files stand alike, and there may be fewer of them.
  if (!picture && failure) return `no: none of up to ${variants.length} files can be made`;
  if (!picture && first) return `no, up to ${variants.length} files are ${whyOf(first)}`;
  if (isWhole(status)) return 'yes';
  const lacking = variants.filter(
    ({ state, generate }) =>
      generate === 'eager' && state !== 'rendered' && state !== 'skipped' && state !== 'aged',
  );
  return `no: ${lacking.length} of ${variants.length} files are not as the list wants them`;
}
