import type { FunctionProps, Resource } from './template.ts';

/** https://www.alibabacloud.com/help/en/functioncompute/fc/configure-a-native-oss-trigger-1 */
const TRIGGERS_A_BUCKET = 10;
/** Events of an upload that is not an object yet, or never will be. */
const OF_PARTS = /:(\*|InitiateMultipartUpload|UploadPart|UploadPartCopy|AbortMultipartUpload)$/;

type OssTrigger = Extract<FunctionProps['triggers'][number], { triggerType: 'oss' }>;
interface Placed {
  at: string;
  bucket: string;
  trigger: OssTrigger;
}

/** What OSS and FC refuse when a trigger is made, and what would cost money for nothing. */
export function triggerProblems(functions: Resource[]): string[] {
  const placed = functions.flatMap(placedIn);
  return [
    ...placed.flatMap(eventProblems),
    ...placed.flatMap((one, index) => overlaps(one, placed.slice(index + 1))),
    ...crowded(placed),
    ...loops(placed, functions),
    ...functions.flatMap(sameNames),
  ];
}

function placedIn({ key, props }: Resource): Placed[] {
  return props.triggers.flatMap((trigger, index) =>
    trigger.triggerType === 'oss'
      ? [{ at: `resources.${key}.props.triggers.${index}`, bucket: bucketOf(trigger), trigger }]
      : [],
  );
}

function bucketOf({ sourceArn }: OssTrigger): string {
  return sourceArn.slice(sourceArn.lastIndexOf(':') + 1);
}

/** `ObjectCreated:*` fires for each part of a multipart upload too. */
function eventProblems({ at, trigger }: Placed): string[] {
  return trigger.triggerConfig.events
    .filter(event => OF_PARTS.test(event))
    .map(
      event =>
        `${at}.triggerConfig.events: expected events of whole objects, one by one, received ${event}`,
    );
}

/** OSS wants (event, prefix, suffix) to be unique in a bucket: no key may match two. */
function overlaps(one: Placed, others: Placed[]): string[] {
  const { events, filter } = one.trigger.triggerConfig;
  return others
    .filter(({ bucket }) => bucket === one.bucket)
    .flatMap(({ at, trigger: { triggerConfig: other } }) => {
      const shared = events.filter(event => other.events.includes(event));
      const meet =
        startAlike(filter.key.prefix, other.filter.key.prefix) &&
        endAlike(filter.key.suffix, other.filter.key.suffix);
      if (!meet || shared.length === 0) return [];
      return [
        `${at}: expected other keys or events than ${one.at} in bucket ${one.bucket}, received ${shared.join(', ')} for keys that both take`,
      ];
    });
}

function startAlike(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

function endAlike(one: string, other: string): boolean {
  return one.endsWith(other) || other.endsWith(one);
}

function crowded(placed: Placed[]): string[] {
  const buckets = [...new Set(placed.map(({ bucket }) => bucket))];
  return buckets
    .map(bucket => ({ bucket, count: placed.filter(one => one.bucket === bucket).length }))
    .filter(({ count }) => count > TRIGGERS_A_BUCKET)
    .map(
      ({ bucket, count }) =>
        `resources: expected at most ${TRIGGERS_A_BUCKET} triggers of bucket ${bucket}, received ${count}`,
    );
}

/** Each derivative would wake a function that writes derivatives. */
function loops(placed: Placed[], functions: Resource[]): string[] {
  const written = new Set(
    functions.map(({ props }) => props.environmentVariables.DARKROOM_DERIVATIVES_BUCKET),
  );
  return placed
    .filter(({ bucket }) => written.has(bucket))
    .map(
      ({ at, bucket }) =>
        `${at}.sourceArn: expected a bucket that no function writes derivatives to, received ${bucket}`,
    );
}

function sameNames({ key, props }: Resource): string[] {
  const names = props.triggers.map(({ triggerName }) => triggerName);
  return names
    .filter((name, index) => names.indexOf(name) !== index)
    .map(
      name =>
        `resources.${key}.props.triggers: expected each triggerName once, received ${name} twice`,
    );
}
