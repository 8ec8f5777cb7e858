import { type CheckupAnswer, checkupAnswer } from '../../events/checkup.ts';
import type { FunctionSettings } from '../../shared/ports.ts';
import type { Connection } from '../cloud/connection.ts';
import { bad, type Finding, good } from './doctor-finding.ts';

const ALL_FUNCTIONS = [
  'on-object-changed',
  'backfill',
  'on-presets-edited',
  'on-cdn-miss',
  'sweep',
];

/** What each function answers of itself, by the rights that it has. */
export async function functions(connection: Connection): Promise<Finding[]> {
  const fc = connection.cloud.functions();
  const findings = await Promise.all(
    ALL_FUNCTIONS.map(name => reached(`darkroom-${name}`, fc, connection)),
  );
  return findings.flat();
}

async function reached(
  functionName: string,
  fc: FunctionSettings,
  { names }: Connection,
): Promise<Finding[]> {
  const name = `function ${functionName}`;
  const answer = await fc.invoke(functionName, Buffer.from('{"kind":"darkroom.checkup"}'));
  if (!answer) return [bad(name, 'there is none', 'npm run deploy')];
  const text = answer.payload.toString('utf8');
  if (answer.error) {
    const mend =
      'its log says more; a STORE_DENIED is a role without its policy (npx darkroom policies)';
    return [bad(name, `failed: ${text.slice(0, 200)}`, mend)];
  }
  const checked = checkupAnswer.safeParse(jsonIn(text));
  if (!checked.success) {
    return [bad(name, 'answers nothing that this version understands', 'npm run deploy')];
  }
  return [soundness(functionName, checked.data, names)];
}

/** What is wrong first; else what nobody knows before it is seen on this account. */
function soundness(
  functionName: string,
  answer: CheckupAnswer,
  names: Connection['names'],
): Finding {
  const name = `function ${functionName}`;
  const { node, buckets: seen, mayWriteOriginals, tellsAttempt, tellsMissing } = answer;
  if (JSON.stringify(seen) !== JSON.stringify(names)) {
    const words = `works on ${Object.values(seen).join(', ')}, not on ${Object.values(names).join(', ')}`;
    return bad(name, words, 'deploy it with the same DARKROOM_…_BUCKET as here');
  }
  if (mayWriteOriginals) {
    const mend = `take oss:PutObject on ${names.originals} from its role: ram/ has the policy`;
    return bad(name, 'may write originals: a derivative there would fire its trigger again', mend);
  }
  if (tellsMissing === false && READ_ORIGINALS.includes(functionName)) {
    const words = `is not told by OSS that an object is not there: 403 in place of 404`;
    const mend = `give its role oss:ListObjects on ${names.originals}, in ram/ and by npx darkroom policies --apply: an upload that is deleted at once ends as a failure until then`;
    return bad(name, words, mend);
  }
  if (node.localeCompare(OLDEST, 'en', { numeric: true }) < 0) {
    const words = `runs on Node.js ${node}, expected ${OLDEST} at least, which the zips are checked for`;
    return bad(name, words, 'runtime: nodejs20 in s.yaml, and npm run deploy');
  }
  // The guard against pictures that crash counts on it only to be cheaper: docs/adr/0006-failures.md.
  const untold =
    tellsAttempt === false ? '; FC does not say which attempt this is, so each is guarded' : '';
  return good(name, `answers, on Node.js ${node}, and cannot write originals${untold}`);
}

const READ_ORIGINALS = ['on-object-changed', 'backfill', 'on-cdn-miss'].map(
  name => `darkroom-${name}`,
);
/** As scripts/packaging/checks.ts has it. */
const OLDEST = 'v20.10.0';

/** Whether an answer of that many MB comes whole from the function that answers with files. */
export async function largeAnswer({ cloud }: Connection, megabytes: number): Promise<Finding[]> {
  const name = `answer of ${megabytes} MB`;
  const fillBytes = megabytes * 1_000_000;
  const event = Buffer.from(JSON.stringify({ kind: 'darkroom.checkup', fillBytes }));
  const answer = await cloud.functions().invoke('darkroom-on-cdn-miss', event);
  if (!answer) return [bad(name, 'there is no darkroom-on-cdn-miss', 'npm run deploy')];
  const { data } = checkupAnswer.safeParse(jsonIn(answer.payload.toString('utf8')));
  const came = data?.fill?.length ?? 0;
  if (came === fillBytes) return [good(name, 'comes whole')];
  const words = answer.error ?? `${came} bytes of it came`;
  const mend =
    'a file is a third larger on its way: presets that make larger ones are to be eager, so that no miss asks for them';
  return [bad(name, words, mend)];
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
