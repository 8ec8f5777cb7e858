import type { ClientFacts } from '../core/set/client-choice.ts';
import type { HttpRequest } from './http-event.ts';

/** What the answer depended on, so that a CDN keeps one for each. */
export const VARY =
  'Accept, Sec-CH-DPR, Sec-CH-Width, Sec-CH-Viewport-Width, Save-Data, User-Agent';
export const ACCEPT_CH = 'Sec-CH-DPR, Sec-CH-Width, Sec-CH-Viewport-Width';

/**
 * What a request says of its client: the query first, then client hints, then the User-Agent. An Accept that names no
 * picture format at all says nothing of them.
 */
export function clientFacts(
  { headers, query }: HttpRequest,
  agentOf: (userAgent: string) => Pick<ClientFacts, 'client' | 'shows'>,
): ClientFacts {
  const accept = (headers.accept ?? '').toLowerCase();
  const agent = agentOf(headers['user-agent'] ?? '');
  const isSpoken = /image\/(?:avif|webp)/.test(accept);
  return {
    asked: {
      client: query.client,
      unread: (['w', 'dpr'] as const).filter(
        name => query[name] !== undefined && positive(query[name]) === undefined,
      ),
    },
    client: query.client ?? agent.client,
    accepts: isSpoken
      ? { avif: isTaken(accept, 'avif'), webp: isTaken(accept, 'webp') }
      : undefined,
    shows: agent.shows,
    width: positive(query.w) ?? positive(headers['sec-ch-viewport-width']),
    density: positive(query.dpr) ?? positive(headers['sec-ch-dpr']),
    pixels: positive(headers['sec-ch-width']),
    savesData: /\bon\b/i.test(headers['save-data'] ?? ''),
  };
}

/** A weight of 0 refuses. (RFC 9110, 12.4.2) */
function isTaken(accept: string, format: string): boolean {
  const said = accept.split(',').find(one => one.includes(`image/${format}`));
  return said !== undefined && !/;\s*q=0(?:\.0*)?\s*(?:;|$)/.test(said);
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return text !== undefined && Number.isFinite(value) && value > 0 ? value : undefined;
}
