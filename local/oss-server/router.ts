import type { Call } from './call.ts';
import { isSigning } from './claim.ts';
import { notImplemented } from './errors.ts';
import { isKnownToOss } from './known-parameters.ts';
import { permit } from './permit.ts';
import { refuseHeaders } from './refused-headers.ts';
import { type Route, routes } from './route-table.ts';

/**
 * What OSS knows and this server does not do is refused by its name, and what the caller may not do as well. A
 * parameter that OSS itself does not know changes nothing, as in the cloud.
 */
export function findRoute(call: Call): Route['answer'] {
  refuseHeaders(call.headers);
  const names = call.query.map(item => item.name).filter(name => !isSigning(name));
  const level = levelOf(call);
  const route = routes.find(
    candidate =>
      candidate.on === level &&
      candidate.method === call.method &&
      candidate.needs.every(name => names.includes(name)) &&
      (!candidate.copies || call.headers['x-oss-copy-source'] !== undefined),
  );
  const done = new Set([...(route?.needs ?? []), ...(route?.allows ?? []), ...ALWAYS[level]]);
  const lacking = names.find(name => !done.has(name) && isKnownToOss(name));
  if (lacking !== undefined) throw notImplemented(`${call.method} ?${lacking} (${level})`);
  if (!route) throw notImplemented(`${call.method} (${level})`);
  if (route.action) permit(call, route.action);
  return route.answer;
}

/** Of every call. */
const ALWAYS = { service: [], bucket: [], object: ['x-oss-traffic-limit'] };

function levelOf({ address: { bucket, key } }: Call): Route['on'] {
  if (bucket === '') return 'service';
  return key === '' ? 'bucket' : 'object';
}
