import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';

const END_OF_HEAD = '\r\n\r\n';

/**
 * Node refuses a request line that is not ASCII; a CDN takes it, and lenient clients send it. Such a request is
 * asked again with its target percent-encoded, over a connection of its own, after which the client's ends.
 */
export function takeRawTargets(server: Server): Server {
  server.on('clientError', (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket) => {
    const head = error.code === 'HPE_INVALID_URL' ? encoded(error.rawPacket) : undefined;
    if (head === undefined) refuse(socket);
    else askAgain(server, head, socket);
  });
  return server;
}

/** One byte per character, as it came; undefined where it is no whole GET or HEAD. */
function encoded(packet: Buffer | undefined): string | undefined {
  const text = packet?.toString('latin1') ?? '';
  const line = /^(GET|HEAD) (\/[^\r\n]*) HTTP\/1\.[01]\r\n/.exec(text);
  if (!line || !text.endsWith(END_OF_HEAD)) return undefined;
  const [start, method = '', target = ''] = line;
  const path = target.replace(/[^!-~]/g, byte => `%${hex(byte)}`);
  return `${method} ${path} HTTP/1.1\r\nConnection: close\r\n${withoutConnection(text.slice(start.length))}`;
}

function withoutConnection(headers: string): string {
  return headers
    .split('\r\n')
    .filter(line => !/^connection:/i.test(line))
    .join('\r\n');
}

function hex(byte: string): string {
  return byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
}

function askAgain(server: Server, head: string, client: Duplex): void {
  const { address, port } = server.address() as AddressInfo;
  const own = connect(port, address);
  own.write(head, 'latin1');
  own.on('error', () => client.destroy());
  client.on('error', () => own.destroy());
  own.pipe(client);
}

function refuse(socket: Duplex): void {
  if (!socket.writable) return;
  socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}
