import * as z from 'zod';
import { LACKING, only } from './document.ts';

/** https://www.alibabacloud.com/help/en/oss/developer-reference/putbucketwebsite: of it, mirroring. */

const flag = z.enum(['true', 'false'], 'expected true or false');

/**
 * https://www.alibabacloud.com/help/doc-detail/31906.htm, and what belongs to one connection or to the object as
 * it was here: the origin's whole answer is wanted.
 */
const NEVER_PASSED =
  /^(x-oss-|oss-|x-drs-|(content-length|authorization2?|range|date|host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|proxy-.*|if-.*)$)/i;

export function isPassable(header: string): boolean {
  return !NEVER_PASSED.test(header);
}

const headerName = z
  .string()
  .regex(/^[0-9A-Za-z-]{1,1024}$/, 'expected a name of letters, digits and -')
  .refine(isPassable, 'expected a header that OSS passes on');
const tenAtMost = 'expected 10 at most';

const mirrorHeaders = z.strictObject({
  PassAll: flag.optional(),
  Pass: z.array(headerName).max(10, tenAtMost).optional(),
  Remove: z.array(headerName).max(10, tenAtMost).optional(),
  Set: z
    .array(
      z.strictObject({
        Key: headerName,
        Value: z.string().regex(/^[ -~]{1,1024}$/, 'expected 1 to 1,024 ASCII characters'),
      }),
    )
    .max(10, tenAtMost)
    .optional(),
});

/** A test machine calls nobody but itself. */
export function isLoopback({ protocol, hostname }: URL): boolean {
  const isHttp = protocol === 'http:' || protocol === 'https:';
  return isHttp && (/^127(\.\d+){3}$/.test(hostname) || ['localhost', '[::1]'].includes(hostname));
}

const mirrorUrl = z
  .string()
  .refine(url => /^https?:\/\/[^?#@]+\/$/.test(url) && URL.canParse(url), {
    error: 'expected http:// or https:// with a / at the end',
    abort: true,
  })
  .refine(url => isLoopback(new URL(url)), { params: LACKING });

const routingRule = z.strictObject({
  RuleNumber: z.string().regex(/^[1-9]\d{0,8}$/, 'expected a positive number'),
  Condition: z.strictObject({
    KeyPrefixEquals: z.string().optional(),
    HttpErrorCodeReturnedEquals: z.literal('404', 'expected 404, as mirroring wants it'),
  }),
  Redirect: z.strictObject({
    RedirectType: only('Mirror'),
    MirrorURL: mirrorUrl,
    PassQueryString: flag.optional(),
    MirrorFollowRedirect: flag.optional(),
    MirrorHeaders: mirrorHeaders.optional(),
  }),
});

/** The index page is there because ali-oss always sends one: it is given back, never served. */
export const websiteSchema = z.strictObject({
  IndexDocument: z.strictObject({ Suffix: z.string().min(1, 'expected a name') }).optional(),
  RoutingRules: z
    .strictObject({
      RoutingRule: z
        .array(routingRule)
        .max(20, 'expected 20 rules at most')
        .refine(
          rules => new Set(rules.map(({ RuleNumber }) => RuleNumber)).size === rules.length,
          'expected a number of its own for each rule',
        ),
    })
    .optional(),
});

export type Website = z.infer<typeof websiteSchema>;
export type MirrorRule = z.infer<typeof routingRule>['Redirect'];

/** By their numbers the first whose prefix the key has; those after it are not asked. */
export function mirrorRuleFor(website: Website | undefined, key: string): MirrorRule | undefined {
  return website?.RoutingRules?.RoutingRule.toSorted(
    (a, b) => Number(a.RuleNumber) - Number(b.RuleNumber),
  ).find(({ Condition }) => key.startsWith(Condition.KeyPrefixEquals ?? ''))?.Redirect;
}
