import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Listening {
  readonly port: number;
  /** At once: open connections are cut. */
  close(): Promise<void>;
}

const PORT_TRIES = 20;

/**
 * On both loopback addresses, because `localhost` is ::1 for some clients and 127.0.0.1 for others; a machine
 * without IPv6 has the one only. Rejects with Node's own error when the port is taken.
 */
export async function listenOnLoopback(
  createServer: () => Server,
  port: number,
): Promise<Listening> {
  for (let tries = 1; ; tries += 1) {
    const first = await listen(createServer(), port, '127.0.0.1');
    const chosen = (first.address() as AddressInfo).port;
    try {
      const second = await listen(createServer(), chosen, '::1');
      return { port: chosen, close: () => closeAll([first, second]) };
    } catch (error) {
      if (isWithoutIpv6(error)) return { port: chosen, close: () => closeAll([first]) };
      await closeAll([first]);
      if (port !== 0 || tries === PORT_TRIES) throw error;
    }
  }
}

async function listen(server: Server, port: number, host: string): Promise<Server> {
  server.listen({ port, host });
  await once(server, 'listening');
  return server;
}

async function closeAll(servers: Server[]): Promise<void> {
  const closed = servers.map(server => new Promise<void>(resolve => server.close(() => resolve())));
  for (const server of servers) server.closeAllConnections();
  await Promise.all(closed);
}

function isWithoutIpv6(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'].includes(code);
}
