import type { IncomingMessage, ServerResponse } from 'node:http';

/** For clients that send their body when they are told to (Expect: 100-continue), and not before. */
export interface Invite {
  now(): void;
  /** What tells a client that waited in vain not to go on. */
  refused(): Record<string, string>;
}

export function createInvite({ headers }: IncomingMessage, response: ServerResponse): Invite {
  let waits = headers.expect?.toLowerCase() === '100-continue';
  return {
    now() {
      if (waits) response.writeContinue();
      waits = false;
    },
    refused: () => (waits ? { connection: 'close' } : {}),
  };
}
