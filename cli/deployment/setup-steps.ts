import { Failure } from '../../shared/core/failure.ts';
import { SECRET_HEADER } from '../../shared/fc/miss-replies.ts';
import type { Bucket, Rule } from '../../shared/ports.ts';
import type { Connection } from '../cloud/connection.ts';
import type { Step } from './steps.ts';

export interface Wanted {
  /** Pages that upload from a browser, `https://app.example.com`. */
  origins: string[];
  /** `https://miss.example.com/`, which answers for what the derivatives bucket has not. */
  missUrl: string | undefined;
  missSecret: string | undefined;
}

export async function bucketSteps(wanted: Wanted, connection: Connection): Promise<Step[]> {
  const { originals, derivatives, config } = connection.buckets;
  const { region } = connection.cloud;
  const steps: Step[] = [];
  for (const bucket of [originals, derivatives, config]) {
    const facts = await bucket.facts();
    steps.push(bucketStep(bucket, facts, region));
    const isThere = facts !== undefined;
    if (bucket !== derivatives && facts && facts.acl !== 'private')
      steps.push(aclStep(bucket, facts.acl));
    if (bucket === originals) {
      if (wanted.origins.length > 0) steps.push(await corsStep(bucket, wanted.origins, isThere));
      steps.push(await lifecycleStep(bucket, isThere));
    }
    if (bucket === derivatives && wanted.missUrl) {
      steps.push(await mirrorStep(bucket, wanted.missUrl, wanted.missSecret, isThere));
    }
  }
  return steps;
}

type Facts = Awaited<ReturnType<Bucket['facts']>>;

function bucketStep(bucket: Bucket, facts: Facts, region: string): Step {
  const name = `bucket ${bucket.name}`;
  if (!facts) {
    return { name, words: `private, in ${region}`, state: 'missing', apply: () => bucket.create() };
  }
  if (facts.region === region) return { name, words: `${facts.acl}, in ${region}`, state: 'there' };
  const words = `it is in ${facts.region}, expected ${region}: a trigger cannot cross regions, choose another name`;
  return { name, words, state: 'wrong' };
}

function aclStep(bucket: Bucket, acl: string): Step {
  const words = `private, in place of ${acl}`;
  return {
    name: `ACL of ${bucket.name}`,
    words,
    state: 'other',
    apply: () => bucket.makePrivate(),
  };
}

async function corsStep(bucket: Bucket, origins: string[], isThere: boolean): Promise<Step> {
  const name = `CORS of ${bucket.name}`;
  const words = `uploads from ${origins.join(', ')}`;
  const rules = isThere ? await bucket.cors() : [];
  const ours: Rule = {
    allowedOrigin: origins,
    allowedMethod: ['PUT', 'POST'],
    allowedHeader: '*',
    // A back end computes every URL from the ETag of the upload.
    exposeHeader: ['ETag', 'x-oss-request-id'],
    maxAgeSeconds: '600',
  };
  const open = new Set(rules.filter(takesUploads).flatMap(rule => texts(rule.allowedOrigin)));
  if (origins.every(origin => open.has(origin))) return { name, words, state: 'there' };
  return {
    name,
    words,
    state: rules.length > 0 ? 'other' : 'missing',
    apply: () => bucket.putCors([...rules, ours]),
  };
}

function takesUploads({ allowedMethod, exposeHeader }: Rule): boolean {
  const methods = texts(allowedMethod);
  const isEtagShown = texts(exposeHeader).some(header => header.toLowerCase() === 'etag');
  return methods.includes('PUT') && methods.includes('POST') && isEtagShown;
}

/** XML does not tell a list of one from its member. */
function texts(value: unknown): string[] {
  return [value].flat().filter(text => typeof text === 'string');
}

const UPLOADS_RULE = 'darkroom-unfinished-uploads';
const UPLOAD_DAYS = 7;

async function lifecycleStep(bucket: Bucket, isThere: boolean): Promise<Step> {
  const name = `lifecycle of ${bucket.name}`;
  const words = `parts of uploads that nobody finished go after ${UPLOAD_DAYS} days`;
  const rules = isThere ? await bucket.lifecycle() : [];
  const abortMultipartUpload = { days: String(UPLOAD_DAYS) };
  const ours = { id: UPLOADS_RULE, prefix: '', status: 'Enabled', abortMultipartUpload };
  if (rules.some(({ id, status }) => id === UPLOADS_RULE && status === 'Enabled')) {
    return { name, words, state: 'there' };
  }
  const others = rules.filter(({ id }) => id !== UPLOADS_RULE);
  return {
    name,
    words,
    state: rules.length > 0 ? 'other' : 'missing',
    apply: () => bucket.putLifecycle([...others, ours]),
  };
}

/** OSS asks on-cdn-miss for what is not there, and keeps what it answers. */
async function mirrorStep(
  bucket: Bucket,
  missUrl: string,
  secret: string | undefined,
  isThere: boolean,
): Promise<Step> {
  const name = `mirror rule of ${bucket.name}`;
  if (!secret) {
    throw new Failure(
      'SETTINGS_INVALID',
      'expected DARKROOM_MISS_SECRET in the environment, the one that on-cdn-miss was deployed with',
    );
  }
  const rules = isThere ? await bucket.mirrors() : [];
  const others = rules.filter(rule => !JSON.stringify(rule).includes(SECRET_HEADER));
  const ours = mirrorRule(missUrl, secret, others.length + 1);
  const words = `what is missing is asked of ${missUrl}`;
  if (rules.some(rule => isSameMirror(rule, ours))) return { name, words, state: 'there' };
  return {
    name,
    words,
    state: rules.length > 0 ? 'other' : 'missing',
    apply: () => bucket.putMirrors([...others, ours]),
  };
}

function mirrorRule(MirrorURL: string, Value: string, RuleNumber: number) {
  return {
    RuleNumber: String(RuleNumber),
    Condition: { HttpErrorCodeReturnedEquals: '404' },
    Redirect: {
      RedirectType: 'Mirror',
      MirrorURL,
      PassQueryString: 'false',
      MirrorFollowRedirect: 'false',
      MirrorHeaders: { PassAll: 'false', Set: { Key: SECRET_HEADER, Value } },
    },
  };
}

function isSameMirror(rule: Rule, ours: ReturnType<typeof mirrorRule>): boolean {
  const there = rule as Partial<ReturnType<typeof mirrorRule>>;
  const { MirrorURL, MirrorFollowRedirect, MirrorHeaders } = there.Redirect ?? {};
  return (
    MirrorURL === ours.Redirect.MirrorURL &&
    // OSS would keep another file's bytes under the key that was asked for.
    MirrorFollowRedirect === ours.Redirect.MirrorFollowRedirect &&
    JSON.stringify([MirrorHeaders?.Set].flat()) ===
      JSON.stringify([ours.Redirect.MirrorHeaders.Set])
  );
}
