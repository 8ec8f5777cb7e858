import * as z from 'zod';
import { type Call, param } from './call.ts';
import { invalidArgument, notImplemented } from './errors.ts';
import { isLoopback } from './website.ts';

/** https://help.aliyun.com/en/oss/developer-reference/callback: who is told of an upload, and what. */
export interface Callback {
  /** Asked in turn until one answers well. */
  readonly urls: readonly URL[];
  readonly host: string | undefined;
  /** With `${…}` in it. */
  readonly body: string;
  readonly type: 'application/x-www-form-urlencoded' | 'application/json';
  /** By `x:name`. */
  readonly variables: Readonly<Record<string, string>>;
}

const callbackSchema = z.object({
  callbackUrl: z.string().min(1),
  callbackHost: z.string().optional(),
  callbackBody: z.string().min(1),
  callbackBodyType: z
    .enum(['application/x-www-form-urlencoded', 'application/json'])
    .default('application/x-www-form-urlencoded'),
  callbackSNI: z.boolean().optional(),
});

const MOST_URLS = 5;
const variablesSchema = z.record(z.string().startsWith('x:'), z.string());

/** Of a request's headers or query; refused before anything is stored. */
export function readCallback(call: Call): Callback | undefined {
  const given = (name: string) => call.headers[`x-oss-${name}`] ?? param(call, name);
  const encoded = given('callback');
  return encoded === ''
    ? undefined
    : parseCallback(encoded, decodeVariables(given('callback-var')));
}

/** Of a form, whose variables are fields of their own: `x:name`. */
export function readFormCallback(fields: ReadonlyMap<string, string>): Callback | undefined {
  const encoded = fields.get('callback');
  if (encoded === undefined) return undefined;
  const own = [...fields].filter(([name]) => name.startsWith('x:'));
  const variables = {
    ...decodeVariables(fields.get('callback-var') ?? ''),
    ...Object.fromEntries(own),
  };
  return parseCallback(encoded, variables);
}

function parseCallback(encoded: string, variables: Callback['variables']): Callback {
  const { callbackUrl, callbackHost, callbackBody, callbackBodyType } = decoded(
    'callback',
    encoded,
    callbackSchema,
  );
  const urls = callbackUrl.split(';').filter(Boolean).map(readUrl);
  if (urls.length === 0 || urls.length > MOST_URLS)
    throw invalidArgument('callbackUrl', callbackUrl);
  return { urls, host: callbackHost, body: callbackBody, type: callbackBodyType, variables };
}

function decodeVariables(encoded: string): Callback['variables'] {
  return encoded === '' ? {} : decoded('callback-var', encoded, variablesSchema);
}

function decoded<T>(name: string, encoded: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parse(Buffer.from(encoded, 'base64').toString()));
  if (parsed.success) return parsed.data;
  throw invalidArgument(name, encoded, `The ${name} configuration is not json format.`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A test machine calls nobody but itself. */
function readUrl(text: string): URL {
  const address = /^https?:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url) throw invalidArgument('callbackUrl', text);
  if (!isLoopback(url)) throw notImplemented(`a callback to another machine (${url.host})`);
  return url;
}

/** `${x:name}` and the facts of the upload: percent-encoded in a form, JSON values in JSON. */
export function expandBody(
  callback: Callback,
  facts: Readonly<Record<string, string | number>>,
): string {
  const values: Readonly<Record<string, string | number>> = { ...callback.variables, ...facts };
  const write = (value: string | number) =>
    callback.type === 'application/json' ? JSON.stringify(value) : encodeURIComponent(value);
  return callback.body.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) =>
    write(Object.hasOwn(values, name) ? (values[name] ?? '') : ''),
  );
}
