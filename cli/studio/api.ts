import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import * as z from 'zod';
import { Failure } from '../../shared/core/failure.ts';
import { listInForce } from '../../shared/pipeline/edits/list-in-force.ts';
import type { News, Place, Upload } from '../../studio/wire.ts';
import type { Connection } from '../cloud/connection.ts';
import { albumPage } from './album.ts';
import { checkList, listText, planBook } from './lists.ts';
import type { Live } from './live.ts';
import { previewOf } from './preview.ts';
import { photoOf } from './photo.ts';

export interface Api {
  connection: Connection;
  live: Live;
}

/** What the page asks for; what each answers is in studio/wire.ts. */
export function api({ connection, live }: Api): Hono {
  const app = new Hono();
  app.get('/place', async context => context.json(await placeOf(connection)));
  app.get('/album', async context => {
    const { prefix = '', after } = context.req.query();
    return context.json(await albumPage(connection, { prefix, after }));
  });
  app.get('/photo', async context =>
    context.json(await photoOf(context.req.query('key') ?? '', connection, live.took)),
  );
  app.post('/uploads', async context => {
    const asked = asIn(uploadSchema, await context.req.json().catch(() => undefined));
    return context.json(await uploadOf(asked, connection));
  });
  const plans = planBook(connection);
  app.get('/list', async context => context.json(await listText(connection)));
  app.post('/list/check', async context => {
    const { text } = asIn(textSchema, await context.req.json().catch(() => undefined));
    return context.json(checkList(text));
  });
  app.post('/list/plan', async context => {
    const { text } = asIn(textSchema, await context.req.json().catch(() => undefined));
    return context.json(await plans.plan(text));
  });
  app.post('/list/preview', async context => {
    const asked = asIn(previewSchema, await context.req.json().catch(() => undefined));
    return context.json(await previewOf(asked, connection));
  });
  app.post('/list/apply', async context => {
    const { id } = asIn(planSchema, await context.req.json().catch(() => undefined));
    await plans.apply(id);
    return context.json({});
  });
  app.get('/live', context =>
    streamSSE(context, async stream => {
      const queue: News[] = [];
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
        for (const news of queue.splice(0)) await stream.writeSSE({ data: JSON.stringify(news) });
        await stream.writeSSE({ event: 'alive', data: '' });
        await Promise.race([
          new Promise<void>(resolve => {
            wake = resolve;
          }),
          stream.sleep(ALIVE_MS),
        ]);
      }
    }),
  );
  return app;
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
export function asIn<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue?.path.join('.') || 'the request';
  throw new Failure('SETTINGS_INVALID', `${where}: ${issue?.message ?? 'expected something else'}`);
}
