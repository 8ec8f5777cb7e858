import type { ServiceDefinition } from '../../local/service-definition.ts';
import { readPresetList, sentenceOf } from '../../shared/adapters/yaml/preset-file.ts';
import { failureOf } from '../../shared/core/failure.ts';
import {
  IN_FORCE_KEY,
  inForceSchema,
  REJECTED_KEY,
  rejectedSchema,
} from '../../shared/core/work/in-force.ts';
import { readRecord } from '../../shared/pipeline/records.ts';
import type { Connection } from '../cloud/connection.ts';
import { served } from './doctor-cdn.ts';
import { bad, type Finding, good } from './doctor-finding.ts';
import { functions, largeAnswer } from './doctor-checkups.ts';
import { asDeclared, triggers } from './doctor-functions.ts';

type Check = [name: string, look: () => Promise<Finding[]>];

/** In the order in which one mends: what comes later often follows from what comes first. */
export function checksOf(
  connection: Connection,
  declared: () => Promise<ServiceDefinition>,
  { answerMb }: { answerMb?: number | undefined } = {},
): Check[] {
  return [
    ['buckets', () => buckets(connection)],
    ['preset list', () => presetList(connection)],
    ['triggers', () => triggers(connection)],
    ['deployment', () => asDeclared(connection, declared)],
    ['functions', () => functions(connection)],
    ...(answerMb === undefined
      ? []
      : [['large answer', () => largeAnswer(connection, answerMb)] satisfies Check]),
    ['CDN', () => served(connection)],
  ];
}

/** A check that cannot be made is a finding, too; the others go on. */
export async function findingsOf([name, look]: Check): Promise<Finding[]> {
  try {
    return await look();
  } catch (thrown) {
    const { message } = failureOf(thrown);
    return [bad(name, message, 'see to what it says, then run npx darkroom doctor again')];
  }
}

const SETUP = 'npx darkroom setup --apply makes it';
const MINUTE = 60_000;

async function buckets({ buckets: { originals, derivatives, config }, cloud }: Connection) {
  const findings: Finding[] = [];
  for (const bucket of [originals, derivatives, config]) {
    const name = `bucket ${bucket.name}`;
    const facts = await bucket.facts();
    if (!facts) {
      findings.push(bad(name, 'there is none', SETUP));
      continue;
    }
    const { region, acl, clock } = facts;
    if (region !== cloud.region) {
      const mend =
        'a trigger, its function and its buckets are of one region: set DARKROOM_REGION, or use other buckets';
      findings.push(bad(name, `in ${region}, expected ${cloud.region}`, mend));
    } else if (acl !== 'private' && bucket !== derivatives) {
      findings.push(bad(name, `${acl}: anybody may read what users uploaded`, SETUP));
    } else findings.push(good(name, `${acl}, in ${region}`));
    if (bucket === originals && clock) findings.push(clockFinding(clock));
  }
  return findings;
}

/** OSS refuses signatures of more than 15 minutes before or after. */
function clockFinding(clock: Date): Finding {
  const off = Math.abs(Date.now() - clock.getTime());
  if (off < MINUTE) return good('clock', 'as that of OSS');
  const words = `${Math.round(off / MINUTE)} minutes from that of OSS, which refuses 15`;
  return bad('clock', words, 'set the clock of this machine, by NTP');
}

async function presetList({ config, presetsKey }: Connection): Promise<Finding[]> {
  const written = await config.get(presetsKey);
  if (!written) {
    const mend = 'upload one: presets.yaml of this repository is a good first';
    return [bad('preset list', `there is no ${presetsKey} in the config bucket`, mend)];
  }
  const read = readPresetList(written.bytes.toString('utf8'), presetsKey);
  const [problem] = 'problems' in read ? read.problems : [];
  if (problem) {
    const mend = 'npx darkroom presets check names all problems; the last good list stays in force';
    return [bad('preset list', sentenceOf(problem), mend)];
  }
  return [good('preset list', `${presetsKey} is valid`), await inForce(config)];
}

async function inForce(config: Connection['config']): Promise<Finding> {
  const name = 'list in force';
  const there = await readRecord(config, IN_FORCE_KEY, inForceSchema);
  if (there) return good(name, `${there.fingerprint}, since ${there.promotedAt}`);
  const rejected = await readRecord(config, REJECTED_KEY, rejectedSchema);
  const words = rejected ? `none; refused: ${rejected.problems[0]}` : 'none';
  return bad(
    name,
    words,
    'write the list once more: on-presets-edited takes it up, or its log says why not',
  );
}
