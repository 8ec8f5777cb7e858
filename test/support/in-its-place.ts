import { createServer, type RequestListener } from 'node:http';
import { onTestFinished } from 'vitest';
import { listenOnLoopback } from '../../local/oss-server/listen.ts';

/** Something in the place of a service, until the test ends. */
export async function inItsPlace(listener: RequestListener) {
  let requests = 0;
  const { port, close } = await listenOnLoopback(
    () =>
      createServer((request, response) => {
        requests += 1;
        listener(request, response);
      }),
    0,
  );
  onTestFinished(close);
  return { endpoint: `http://127.0.0.1:${port}`, requests: () => requests };
}
