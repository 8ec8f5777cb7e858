import { type Context, Hono } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import * as z from 'zod';
import { Failure } from '../../shared/core/failure.ts';
import { focusSchema } from '../../shared/core/picture/focus.ts';
import type { Run } from '../../shared/core/work/run.ts';
import { listInForce } from '../../shared/pipeline/edits/list-in-force.ts';
import type { Place, Upload } from '../../studio/wire.ts';
import type { Connection } from '../cloud/connection.ts';
import { resumeRollout, stopRollout } from '../presets/rollout.ts';
import { nameOfUser } from '../terminal/user.ts';
import { replayAll, sayFocusOf, takeKeyDown, undoKey, workOf } from './acts.ts';
import { albumPage, albumSchema } from './album.ts';
import { checkList, listText, planBook } from './lists.ts';
import type { Live } from './live.ts';
import { newsQueue } from './news-queue.ts';
import { previewOf } from './preview.ts';
import { photoOf } from './photo.ts';
import { rehearsalSchema, rehearsalsOf } from './rehearsal.ts';
import { scoreOf } from './score.ts';

export interface Api {
  connection: Connection;
  live: Live;
}

/** What the page asks for; what each answers is in studio/wire.ts. */
export function api({ connection, live }: Api): Hono {
  return new Hono()
    .route('/', photoRoutes(connection, live))
    .route('/', listRoutes(connection))
    .route('/', workRoutes(connection))
    .get('/live', context => streamSSE(context, stream => tellAll(stream, live)));
}

function photoRoutes(connection: Connection, live: Live): Hono {
  const app = new Hono();
  app.get('/place', async context => context.json(await placeOf(connection)));
  app.get('/album', async context =>
    context.json(await albumPage(connection, parsed(context.req.query(), albumSchema))),
  );
  app.get('/photo', async context =>
    context.json(await photoOf(context.req.query('key') ?? '', connection, live.took)),
  );
  app.get('/score', async context =>
    context.json(await scoreOf(context.req.query('key') ?? '', connection)),
  );
  app.post('/uploads', async context =>
    context.json(await uploadOf(await sent(context, uploadSchema), connection)),
  );
  app.post('/focus', async context => {
    const { key, focus } = await sent(context, focusAsked);
    await sayFocusOf(key, focus, connection);
    return context.json({});
  });
  app.post('/takedown', async context => {
    const { key, reason } = await sent(context, takedownSchema);
    const done = await takeKeyDown({ key, reason }, connection);
    live.tell({ kind: 'changed', original: key });
    return context.json(done);
  });
  app.post('/undo', async context => {
    const { key } = await sent(context, keySchema);
    const done = await undoKey(key, connection);
    live.tell({ kind: 'changed', original: key });
    return context.json(done);
  });
  return app;
}

function listRoutes(connection: Connection): Hono {
  const plans = planBook(connection);
  const app = new Hono();
  app.get('/list', async context => context.json(await listText(connection)));
  app.post('/list/check', async context =>
    context.json(checkList((await sent(context, textSchema)).text)),
  );
  app.post('/list/plan', async context =>
    context.json(await plans.plan((await sent(context, textSchema)).text)),
  );
  app.post('/list/preview', async context =>
    context.json(await previewOf(await sent(context, previewSchema), connection)),
  );
  app.post('/list/apply', async context => {
    await plans.apply((await sent(context, planSchema)).id);
    return context.json({});
  });
  return app;
}

function workRoutes(connection: Connection): Hono {
  const over = new Map<string, Run>();
  const rehearse = rehearsalsOf(connection);
  const app = new Hono();
  app.get('/work', async context => context.json(await workOf(connection, over)));
  app.post('/replay', async context => context.json({ replayed: await replayAll(connection) }));
  app.post('/rehearse', async context =>
    context.json(await rehearse(await sent(context, rehearsalSchema))),
  );
  app.post('/stop', async context => {
    await stopRollout(nameOfUser('a user'), connection);
    return context.json({});
  });
  app.post('/resume', async context => {
    await resumeRollout(connection);
    return context.json({});
  });
  return app;
}

/** Until the page goes. */
async function tellAll(stream: SSEStreamingApi, live: Live): Promise<void> {
  const queue = newsQueue();
  let wake = () => {};
  const stop = live.listen(news => {
    queue.push(news);
    wake();
  });
  stream.onAbort(() => {
    stop();
    wake();
  });
  while (!stream.aborted) {
    for (const news of queue.take()) await stream.writeSSE({ data: JSON.stringify(news) });
    await stream.writeSSE({ event: 'alive', data: '' });
    const woken = new Promise<void>(resolve => {
      wake = resolve;
    });
    if (queue.isEmpty()) await Promise.race([woken, stream.sleep(ALIVE_MS)]);
  }
}

/** A connection over which nothing comes for long is cut by some. */
const ALIVE_MS = 15_000;

async function placeOf({ config, cdn }: Connection): Promise<Place> {
  const { list } = await listInForce(config, {}).current();
  return {
    cdn: cdn?.domain ?? '',
    clients: list.clients,
    presets: list.presets.map(({ name, device }) => ({ name, device })),
  };
}

const uploadSchema = z.strictObject({
  key: z.string().min(1),
  contentType: z
    .string()
    .regex(/^[\w.+-]+\/[\w.+-]+$/, 'expected a content type such as image/jpeg'),
});

const keySchema = z.strictObject({ key: z.string().min(1) });
const takedownSchema = keySchema.extend({ reason: z.string().max(1000).optional() });
const focusAsked = keySchema.extend({ focus: focusSchema });
const textSchema = z.strictObject({ text: z.string() });
const planSchema = z.strictObject({ id: z.string() });
const previewSchema = z.strictObject({ text: z.string(), key: z.string(), preset: z.string() });

const UPLOAD_SECONDS = 900;

async function uploadOf(
  { key, contentType }: z.infer<typeof uploadSchema>,
  { uploadUrl }: Connection,
): Promise<Upload> {
  const url = await uploadUrl(key, contentType, UPLOAD_SECONDS);
  return { key, url, headers: { 'content-type': contentType } };
}

/** What a request holds, or one sentence on what is wrong with it. */
async function sent<S extends z.ZodType>(context: Context, schema: S): Promise<z.infer<S>> {
  return parsed(await context.req.json().catch(() => undefined), schema);
}

function parsed<S extends z.ZodType>(asked: unknown, schema: S): z.infer<S> {
  const read = schema.safeParse(asked);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue?.path.join('.') || 'the request';
  throw new Failure('SETTINGS_INVALID', `${where}: ${issue?.message ?? 'expected something else'}`);
}
