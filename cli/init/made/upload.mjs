/**
 * Uploads a photo and prints what Darkroom made of it:
 *
 *   node upload.mjs [photo.jpg [key]]
 *
 * To the local platform of `npm start`; or to the cloud, where the environment names a bucket, or a file .env is beside this
 * one: see .env.example. Node.js 20.12 or later and no package. An app takes the SDK of its language, such as ali-oss, for
 * `ask`. The same bytes under the same key again have the same ETag: right after an edit of the list, what is printed may be
 * what was made before it.
 */
import { createHash, createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as util from 'node:util';

/** Where the local platform keeps what it has. */
const DATA = '.darkroom';
const PATIENCE_SECONDS = 120;

const beside = name => fileURLToPath(new URL(name, import.meta.url));

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', ({ code }) => process.exit(code === 'EPIPE' ? undefined : 1));

try {
  const [file = beside('photo.jpg'), key = `photos/${basename(file)}`, ...more] =
    process.argv.slice(2);
  if (more.length > 0) throw new Error('expected a photo and a key, received more words');
  checkKey(key);
  const place = await placeIn(process.env);
  const etag = await upload(place, file, key);
  console.log(`Uploaded to ${place.originals}: ${key}`);
  const { variants } = await developed(place, key, etag);
  for (const variant of variants) tell(variant, place);
} catch (error) {
  console.error(`upload.mjs: ${error.message}`);
  process.exitCode = 1;
}

function tell({ state, preset, width, height, format, bytes, key }, { cdn }) {
  if (state !== 'rendered' && state !== 'on_demand') return;
  const size = state === 'rendered' ? `${bytes} bytes` : 'made when it is first asked for';
  console.log(`${preset} ${width}x${height} ${format}, ${size}: ${cdn}/${encoded(key)}`);
}

/** OSS takes no others, and in a URL a segment of dots leads out of the bucket. */
function checkKey(key) {
  if (key && !key.startsWith('/') && !/(^|\/)\.\.?(\/|$)/.test(key)) return;
  throw new Error(`expected a key without / at its begin, . or .. in its path, received "${key}"`);
}

/** Half of the settings of a deployment are a mistake, and no wish to upload here. */
async function placeIn(env) {
  const isMeant = env.DARKROOM_ORIGINALS_BUCKET || env.DARKROOM_DERIVATIVES_BUCKET;
  if (existsSync(beside('.env'))) return cloud({ ...(await settingsFile()), ...env });
  return isMeant ? cloud(env) : await local();
}

async function settingsFile() {
  if (!util.parseEnv)
    throw new Error(`expected Node.js 20.12 or later for .env, this is ${process.version}`);
  const text = await readFile(beside('.env'), 'utf8').catch(({ code }) => {
    throw new Error(`expected settings in ${beside('.env')}, it cannot be read (${code})`);
  });
  // Windows marks the encoding.
  return util.parseEnv(text.replace(/^\uFEFF/, ''));
}

async function local() {
  const read = async name => JSON.parse(await readFile(join(DATA, name), 'utf8'));
  const [platform, credentials] = await Promise.all([
    read('platform.json'),
    read('credentials.json'),
  ]).catch(() => {
    const message = `expected a local platform in ${DATA}, there is none: start one with npm start, or name a deployment as .env.example does`;
    throw new Error(message);
  });
  return {
    ...platform.buckets,
    ...credentials,
    region: platform.oss.region.replace(/^oss-/, ''),
    // The bucket in the path: a local server only, real OSS refuses that.
    urlOf: bucket => `${platform.oss.endpoint}/${bucket}`,
    cdn: platform.cdn,
  };
}

function cloud(env) {
  const needed = [
    'DARKROOM_REGION',
    'DARKROOM_ORIGINALS_BUCKET',
    'DARKROOM_DERIVATIVES_BUCKET',
    'ALIBABA_CLOUD_ACCESS_KEY_ID',
    'ALIBABA_CLOUD_ACCESS_KEY_SECRET',
  ];
  const missing = needed.filter(name => !env[name]);
  if (missing.length > 0) {
    const message = `expected the settings of a deployment in the environment or in .env, missing: ${missing.join(', ')}`;
    throw new Error(message);
  }
  // Its value is not told: what refuses a header would.
  const wrong = [...needed, 'ALIBABA_CLOUD_SECURITY_TOKEN'].filter(
    name => !/^[!-~]*$/.test(env[name] ?? ''),
  );
  if (wrong.length > 0)
    throw new Error(`expected ASCII without blanks or line ends in ${wrong.join(', ')}`);
  const region = env.DARKROOM_REGION.replace(/^oss-/, '');
  const urlOf = bucket => `https://${bucket}.oss-${region}.aliyuncs.com`;
  const derivatives = env.DARKROOM_DERIVATIVES_BUCKET;
  return {
    originals: env.DARKROOM_ORIGINALS_BUCKET,
    derivatives,
    accessKeyId: env.ALIBABA_CLOUD_ACCESS_KEY_ID,
    accessKeySecret: env.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
    token: env.ALIBABA_CLOUD_SECURITY_TOKEN,
    region,
    urlOf,
    cdn: (env.DARKROOM_CDN_DOMAIN || urlOf(derivatives)).replace(/^(?!https?:)/, 'https://'),
  };
}

/** The ETag that OSS answers, by which a manifest is told from that of an earlier upload. */
async function upload(place, file, key) {
  const bytes = await readFile(file).catch(({ code }) => {
    throw new Error(`expected a photo at ${file}, it cannot be read (${code})`);
  });
  const answer = await ask(place, { method: 'PUT', bucket: place.originals, key, body: bytes });
  if (!answer.ok) throw new Error(refusalOf(answer, key));
  if (!answer.etag) throw new Error(`expected an ETag for ${key}, OSS answered none`);
  return bare(answer.etag);
}

/** The manifest of this upload, once it is there: from the bucket, since a CDN may have one that is a minute old. */
async function developed(place, key, etag) {
  const asked = { method: 'GET', bucket: place.derivatives, key: `${key}/manifest.json` };
  const deadline = Date.now() + PATIENCE_SECONDS * 1000;
  let said = '';
  while (Date.now() < deadline) {
    const signal = AbortSignal.timeout(Math.max(1, deadline - Date.now()));
    const answer = await ask(place, { ...asked, signal });
    const manifest = manifestIn(answer, asked.key);
    if (manifest?.takenDown) throw new Error(`${key} was taken down, nothing is made of it`);
    if (manifest && bare(manifest.original.etag) === etag) return checked(manifest);
    said = manifest ? '' : `, it answered ${codeOf(answer)}`;
    await new Promise(resolve => setTimeout(resolve, 300));
  }
  const message = `waited ${PATIENCE_SECONDS} s in vain for ${asked.key}${said}: npx darkroom explain KEY tells why`;
  throw new Error(message);
}

/** Undefined for the moment: 404, or 424, which OSS makes of a mirror rule's function that does not answer. */
function manifestIn(answer, key) {
  const { ok, status, text } = answer;
  if (status === 404 || status === 424 || status >= 500) return undefined;
  if (!ok) throw new Error(refusalOf(answer, key));
  try {
    const manifest = JSON.parse(text);
    if (Array.isArray(manifest.variants) && manifest.original) return manifest;
  } catch {
    // Told below, as JSON of another kind is.
  }
  throw new Error(`expected the manifest in ${key}, received something else`);
}

function checked(manifest) {
  const { failure, state, original, variants } = manifest;
  if (failure) throw new Error(`${failure.code}: ${failure.message}`);
  if (state)
    throw new Error(`${original.key} is ${state} by moderation, nothing is published of it`);
  for (const { state, key, reason, message } of variants) {
    if (state !== 'failed') continue;
    console.error(`upload.mjs: ${key} is not there, ${reason}: ${message}`);
    process.exitCode = 1;
  }
  return manifest;
}

function bare(etag) {
  return `${etag}`.replaceAll('"', '').toUpperCase();
}

function refusalOf(answer, key) {
  return `expected OSS to take a request for ${key}, it answered ${codeOf(answer)}`;
}

function codeOf({ status, text }) {
  const [, code] = /<Code>(\w+)<\/Code>/.exec(text) ?? [];
  return code ? `${status} (${code})` : `${status}`;
}

/**
 * A request to OSS, signed by its version 4:
 * https://www.alibabacloud.com/help/en/oss/developer-reference/recommend-to-use-signature-version-4
 */
async function ask(place, { method, bucket, key, body, signal }) {
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const headers = {
    'x-oss-content-sha256': 'UNSIGNED-PAYLOAD',
    'x-oss-date': date,
    ...(place.token ? { 'x-oss-security-token': place.token } : {}),
  };
  const signed = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const canonical = [
    method,
    `/${bucket}/${encoded(key)}`,
    '',
    signed.join(''),
    '',
    'UNSIGNED-PAYLOAD',
  ];
  const scope = [date.slice(0, 8), place.region, 'oss', 'aliyun_v4_request'];
  const digest = createHash('sha256').update(canonical.join('\n')).digest('hex');
  const text = ['OSS4-HMAC-SHA256', date, scope.join('/'), digest].join('\n');
  const signature = [...scope, text]
    .reduce(hmac, `aliyun_v4${place.accessKeySecret}`)
    .toString('hex');
  const authorization = `OSS4-HMAC-SHA256 Credential=${place.accessKeyId}/${scope.join('/')},Signature=${signature}`;
  const url = `${place.urlOf(bucket)}/${encoded(key)}`;
  // A redirect would take the token elsewhere.
  const options = {
    method,
    headers: { ...headers, authorization },
    body,
    signal,
    redirect: 'manual',
  };
  try {
    const answer = await fetch(url, options);
    const { ok, status } = answer;
    return { ok, status, etag: answer.headers.get('etag'), text: await answer.text() };
  } catch (error) {
    // Its message would tell a header that is wrong.
    const why = error.cause?.code ?? error.name;
    throw new Error(`expected OSS to answer at ${place.urlOf(bucket)}, it did not (${why})`);
  }
}

function hmac(key, part) {
  return createHmac('sha256', key).update(part).digest();
}

/** Each segment of a key, by RFC 3986, as signatures want it; a URL may say it so, too. */
function encoded(key) {
  const hex = character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, hex);
}
