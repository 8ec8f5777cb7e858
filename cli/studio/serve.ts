import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { inspect } from 'node:util';
import { createAdaptorServer } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { explainPort } from '../../local/beside.ts';
import { listenOnLoopback } from '../../local/oss-server/listen.ts';
import { type FailureCode, failureOf } from '../../shared/core/failure.ts';
import { once } from '../../shared/core/once.ts';
import type { Connection } from '../cloud/connection.ts';
import { api } from './api.ts';
import { ownPageOnly, policies, refusal, tokenOnly } from './guard.ts';
import type { Live } from './live.ts';
import { pageFiles, pageWith } from './page.ts';

/** The page and what it asks for, on the loopback alone. */

export interface StudioOptions {
  /** 0 takes any that is free. */
  port: number;
  connection: Connection;
  /** Of OSS, where the page sends uploads. */
  oss: string;
  live: Live;
}

export interface Studio {
  url: string;
  close(): Promise<void>;
}

/** A list of presets is the largest that is sent. */
const LARGEST_BODY = 1024 * 1024;

export async function startStudio(options: StudioOptions): Promise<Studio> {
  let port = options.port;
  const app = studioApp(options, () => port);
  const listening = await listenOnLoopback(
    () => createAdaptorServer({ fetch: app.fetch }) as Server,
    options.port,
  ).catch(explainPort(options.port));
  port = listening.port;
  return { url: `http://localhost:${port}`, close: listening.close };
}

function studioApp({ connection, oss, live }: StudioOptions, port: () => number): Hono {
  const token = randomBytes(24).toString('base64url');
  const app = new Hono();
  app.use(policies({ cdn: connection.cdn?.domain ?? "'self'", oss }));
  app.use(ownPageOnly(port));
  app.get('/', async context => context.html(await pageWith(token), 200, NEVER_KEPT));
  // Most starts are never looked at.
  const built = new Map<'page', ReturnType<typeof pageFiles>>();
  app.get('/:name{[^/]+\\.(js|css)}', async context => {
    const file = (await once(built, 'page', pageFiles)).get(context.req.param('name'));
    if (!file) return context.notFound();
    return context.body(file.contents, 200, { 'content-type': file.contentType, ...NEVER_KEPT });
  });
  app.use('/api/*', tokenOnly(token));
  app.use('/api/*', bodyLimit({ maxSize: LARGEST_BODY, onError: tooLarge }));
  app.route('/api', api({ connection, live }));
  app.notFound(context => context.json(refusal('NOT_FOUND', 'there is nothing here'), 404));
  app.onError((thrown, context) => {
    const { code, message } = failureOf(thrown);
    if (code === 'UNEXPECTED') process.stderr.write(`${inspect(thrown)}\n`);
    return context.json(refusal(code, message), statusOf(code));
  });
  return app;
}

/** What is left of the request would be read as the next one. */
function tooLarge(context: Context) {
  const message = 'expected a request of at most 1 MiB';
  return context.json(refusal('SETTINGS_INVALID', message), 413, { connection: 'close' });
}

const NEVER_KEPT = { 'cache-control': 'no-store' };

/** Whoever asks can mend what is wrong with the request, and nothing else. */
function statusOf(code: FailureCode): ContentfulStatusCode {
  if (code === 'KEY_UNUSABLE' || code === 'SETTINGS_INVALID' || code === 'PRESETS_INVALID')
    return 400;
  return code === 'UNEXPECTED' ? 500 : 502;
}
