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
  const accept = headers.accept ?? '';
  const agent = agentOf(headers['user-agent'] ?? '');
  const says = (format: string) => accept.includes(`image/${format}`);
  const isSpoken = says('avif') || says('webp');
  return {
    client: query.client ?? agent.client,
    accepts: isSpoken ? { avif: says('avif'), webp: says('webp') } : undefined,
    shows: agent.shows,
    width: positive(query.w) ?? positive(headers['sec-ch-viewport-width']),
    density: positive(query.dpr) ?? positive(headers['sec-ch-dpr']),
    pixels: positive(headers['sec-ch-width']),
    savesData: /\bon\b/i.test(headers['save-data'] ?? ''),
  };
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return text !== undefined && Number.isFinite(value) && value > 0 ? value : undefined;
}
