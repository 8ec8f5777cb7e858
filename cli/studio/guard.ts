import { timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';

/** Who may drive the studio: its own page, and no other that the same browser has open. */

/**
 * A page elsewhere whose name is made to lead here (DNS rebinding) sends its own name as Host; one that only sends
 * requests (CSRF) says its Origin. Both would have the rights of whoever started the platform.
 */
export function ownPageOnly(port: () => number): MiddlewareHandler {
  return async (context, next) => {
    const names = ['localhost', '127.0.0.1', '[::1]'].map(name => `${name}:${port()}`);
    const host = context.req.header('host') ?? '';
    const origin = context.req.header('origin');
    const site = context.req.header('sec-fetch-site') ?? 'none';
    const isOwn = origin === undefined || names.some(name => origin === `http://${name}`);
    if (!names.includes(host) || !isOwn || !['none', 'same-origin'].includes(site)) {
      return context.json(refusal('FORBIDDEN', 'expected a request of the studio’s own page'), 403);
    }
    return await next();
  };
}

/** What only who has read the page knows; a page of another origin can send a request, and never read this one. */
export function tokenOnly(token: string): MiddlewareHandler {
  const known = Buffer.from(token);
  return async (context, next) => {
    const given = Buffer.from(context.req.header('x-darkroom-token') ?? '');
    if (given.length === known.length && timingSafeEqual(given, known)) return await next();
    const message = 'expected the token of the page as it is now: load the page again';
    return context.json(refusal('TOKEN_UNKNOWN', message), 401);
  };
}

/** Scripts and styles are files of the studio; pictures come from the CDN, and uploads go to OSS. */
export function policies({ cdn, oss }: { cdn: string; oss: string }): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", cdn, 'blob:', 'data:'],
      connectSrc: ["'self'", cdn, oss],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
    crossOriginEmbedderPolicy: false,
    crossOriginResourcePolicy: 'same-origin',
    crossOriginOpenerPolicy: 'same-origin',
    referrerPolicy: 'no-referrer',
    // Plain HTTP on the loopback.
    strictTransportSecurity: false,
  });
}

export function refusal(code: string, message: string) {
  return { code, message };
}
