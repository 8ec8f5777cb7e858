import type { ClientFacts } from '../../shared/core/set/client-choice.ts';

/** One that says nothing of itself. */
export const SILENT_CLIENT: ClientFacts = {
  client: undefined,
  accepts: undefined,
  shows: { avif: false, webp: false },
  width: undefined,
  density: undefined,
  pixels: undefined,
  savesData: false,
  asked: { client: undefined, unread: [] },
};
