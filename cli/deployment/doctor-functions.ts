import type { ServiceDefinition } from '../../local/service-definition.ts';
import type { DeployedTrigger } from '../../shared/ports.ts';
import type { Connection } from '../cloud/connection.ts';
import { bad, type Finding, good } from './doctor-finding.ts';
import { deployedOf, driftOf, leftOverFunctions } from './drift.ts';

const UPLOADED = ['PutObject', 'PostObject', 'CopyObject', 'CompleteMultipartUpload'];
const WATCHES = [
  {
    functionName: 'darkroom-on-object-changed',
    bucket: 'originals',
    events: [
      ...[...UPLOADED, 'AppendObject', 'PutSymlink'].map(event => `oss:ObjectCreated:${event}`),
      'oss:ObjectRemoved:DeleteObject',
      'oss:ObjectRemoved:DeleteObjects',
      'oss:ObjectModified:UpdateObjectMeta',
    ],
  },
  {
    functionName: 'darkroom-on-presets-edited',
    bucket: 'config',
    events: UPLOADED.map(event => `oss:ObjectCreated:${event}`),
  },
] as const;

/** A deployment changes what a trigger hears, never of which bucket. */
const HEARING =
  'npm run deploy; a trigger that is of another bucket has to be removed first, as is said below';

/** Whether what FC has is what s.yaml says; `declared` is the file, as this deployment resolves it. */
export async function asDeclared(
  { cloud }: Connection,
  declared: () => Promise<ServiceDefinition>,
): Promise<Finding[]> {
  const fc = cloud.functions();
  const service = await declared();
  const findings = service.functions.map(async definition => {
    const name = `deployment of ${definition.name}`;
    const deployed = await deployedOf(definition.name, fc);
    if (!deployed) return [bad(name, 'there is no such function', 'npm run deploy')];
    const drift = driftOf(service, definition, deployed);
    if (drift.length === 0) return [good(name, 'triggers and configurations as in s.yaml')];
    return drift.map(({ words, mend }) => bad(name, words, mend));
  });
  const leftOver = leftOverFunctions(service, fc).then(all =>
    all.map(({ name, words, mend }) => bad(`deployment of ${name}`, words, mend)),
  );
  return (await Promise.all([...findings, leftOver])).flat();
}

/** Whether OSS wakes the functions, and for what it should. */
export async function triggers({ names, cloud }: Connection): Promise<Finding[]> {
  const fc = cloud.functions();
  const findings: Finding[] = [];
  for (const { functionName, bucket, events } of WATCHES) {
    const name = `trigger of ${functionName}`;
    const found = await fc.triggers(functionName);
    if (!found) {
      findings.push(bad(name, 'there is no such function', 'npm run deploy'));
      continue;
    }
    const own = found.filter(
      ({ type, source }) => type === 'oss' && source.endsWith(`:${names[bucket]}`),
    );
    const heard = new Set(own.flatMap(eventsOf));
    const missing = events.filter(event => !heard.has(event));
    findings.push(
      missing.length === 0
        ? good(name, `hears ${names[bucket]}`)
        : bad(name, `does not hear ${missing.join(', ')} of ${names[bucket]}`, HEARING),
    );
    const parts = own.flatMap(eventsOf).filter(event => /\*$|Upload(Part|PartCopy)$/.test(event));
    if (parts.length > 0) {
      const mend = 'name the events one by one, as s.yaml does, and npm run deploy';
      findings.push(
        bad(name, `hears ${parts.join(', ')}: each part of an upload is paid for`, mend),
      );
    }
  }
  return findings;
}

function eventsOf({ config }: DeployedTrigger): string[] {
  return Array.isArray(config.events) ? config.events.map(String) : [];
}
