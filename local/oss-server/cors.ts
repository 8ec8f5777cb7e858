import * as z from 'zod';
import { OssError } from './errors.ts';
import type { Reply } from './reply.ts';

/** https://www.alibabacloud.com/help/en/oss/developer-reference/putbucketcors */

const pattern = z
  .string()
  .refine(
    text => text !== '' && text.split('*').length <= 2,
    'expected a value with at most one *',
  );
const METHODS = ['GET', 'PUT', 'DELETE', 'POST', 'HEAD'] as const;

const rule = z.strictObject({
  AllowedOrigin: z.array(pattern),
  AllowedMethod: z.array(z.enum(METHODS, `expected one of ${METHODS.join(', ')}`)),
  AllowedHeader: z.array(pattern).optional(),
  ExposeHeader: z.array(z.string().regex(/^[^*]+$/, 'expected a header without *')).optional(),
  MaxAgeSeconds: z
    .string()
    .regex(/^\d{1,9}$/, 'expected seconds below 1,000,000,000')
    .optional(),
});

export const corsSchema = z.strictObject({
  CORSRule: z.array(rule).max(10, 'expected 10 rules at most'),
  ResponseVary: z.enum(['true', 'false'], 'expected true or false').optional(),
});

export type CorsRules = z.infer<typeof corsSchema>;

type Headers = Readonly<Record<string, string>>;

const EXPOSED =
  'ETag, Content-Length, Content-Range, x-oss-request-id, x-oss-hash-crc64ecma, x-oss-object-type';

/** What goes with every answer. Without rules any page may upload here; in the cloud none may. */
export function corsHeaders(
  rules: CorsRules | undefined,
  method: string,
  { origin }: Headers,
): Record<string, string> {
  if (!rules) return openHeaders(origin);
  const vary = rules.ResponseVary === 'true' ? { vary: 'Origin' } : {};
  const allowing = findRule(rules, { origin, method, headers: [] });
  return { ...vary, ...(allowing && allowed(allowing, { origin, method })) };
}

function openHeaders(origin: string | undefined): Record<string, string> {
  if (origin === undefined) return {};
  return { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED };
}

/** https://www.alibabacloud.com/help/en/oss/developer-reference/options; throws BadRequest, AccessForbidden. */
export function preflight(rules: CorsRules | undefined, headers: Headers): Reply {
  const asked = headers['access-control-request-headers'];
  if (!rules) return openPreflight(asked);
  const origin = needed(headers, 'Origin');
  const method = needed(headers, 'Access-Control-Request-Method');
  const allowing = findRule(rules, { origin, method, headers: asked?.split(',') ?? [] });
  if (!allowing) throw new OssError('AccessForbidden');
  return {
    status: 200,
    headers: {
      ...allowed(allowing, { origin, method }),
      ...(asked !== undefined && { 'access-control-allow-headers': asked }),
    },
  };
}

function openPreflight(asked = '*'): Reply {
  return {
    status: 200,
    headers: {
      'access-control-allow-methods': 'GET, HEAD, PUT, POST, DELETE',
      'access-control-allow-headers': asked,
      'access-control-max-age': '600',
    },
  };
}

function needed(headers: Headers, name: string): string {
  const value = headers[name.toLowerCase()];
  if (value !== undefined) return value;
  throw new OssError('BadRequest', `Insufficient information. ${name} request header needed.`);
}

interface Asked {
  readonly origin: string | undefined;
  readonly method: string;
  readonly headers: readonly string[];
}

type Rule = CorsRules['CORSRule'][number];

/** The first that fits in all three decides; a header's case does not matter. */
function findRule(rules: CorsRules, { origin, method, headers }: Asked): Rule | undefined {
  if (origin === undefined) return undefined;
  const names = headers.map(name => name.trim().toLowerCase());
  return rules.CORSRule.find(
    one =>
      one.AllowedOrigin.some(allows => fits(allows, origin)) &&
      one.AllowedMethod.some(allows => allows === method) &&
      names.every(name => one.AllowedHeader?.some(allows => fits(allows.toLowerCase(), name))),
  );
}

function fits(allows: string, text: string): boolean {
  const [head = '', tail] = allows.split('*');
  if (tail === undefined) return head === text;
  return text.length >= head.length + tail.length && text.startsWith(head) && text.endsWith(tail);
}

function allowed(
  { ExposeHeader, MaxAgeSeconds }: Rule,
  { origin = '', method }: Pick<Asked, 'origin' | 'method'>,
): Record<string, string> {
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': method,
    ...(ExposeHeader && { 'access-control-expose-headers': ExposeHeader.join(', ') }),
    ...(MaxAgeSeconds !== undefined && { 'access-control-max-age': MaxAgeSeconds }),
  };
}
