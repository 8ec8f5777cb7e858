import type {
  AlbumFilter,
  AlbumPage,
  ListCheck,
  ListPlan,
  ListText,
  News,
  Photo,
  Place,
  PreviewFile,
  Refusal,
  Rehearsal,
  RehearsalAsked,
  Score,
  TakenDown,
  Upload,
  Work,
} from './wire.ts';

/** The studio's server, which knows its page by a token in it. */

const token = document.querySelector<HTMLMetaElement>('meta[name="darkroom-token"]')?.content ?? '';

export class Refused extends Error {
  readonly code: string;

  constructor({ code, message }: Refusal) {
    super(message);
    this.code = code;
  }
}

export const api = {
  place: () => ask<Place>('place'),
  album: ({ prefix, contains, state }: AlbumFilter, after?: string) => {
    const about = { ...(state ? { state } : {}), ...(after === undefined ? {} : { after }) };
    return ask<AlbumPage>(`album?${queryOf({ prefix, contains, ...about })}`);
  },
  photo: (key: string) => ask<Photo>(`photo?${queryOf({ key })}`),
  score: (key: string) => ask<Score>(`score?${queryOf({ key })}`),
  list: () => ask<ListText>('list'),
  check: (text: string) => ask<ListCheck>('list/check', 'POST', { text }),
  plan: (text: string) => ask<ListPlan>('list/plan', 'POST', { text }),
  preview: (text: string, key: string, preset: string) =>
    ask<PreviewFile[]>('list/preview', 'POST', { text, key, preset }),
  apply: (id: string) => ask<object>('list/apply', 'POST', { id }),
  work: () => ask<Work>('work'),
  replay: () => ask<{ replayed: number }>('replay', 'POST', {}),
  rehearse: (asked: RehearsalAsked) => ask<Rehearsal>('rehearse', 'POST', asked),
  stop: () => ask<object>('stop', 'POST', {}),
  resume: () => ask<object>('resume', 'POST', {}),
  takeDown: (key: string, reason: string) =>
    ask<TakenDown>('takedown', 'POST', { key, ...(reason ? { reason } : {}) }),
  undo: (key: string) => ask<{ lifted: boolean }>('undo', 'POST', { key }),
  focus: (key: string, focus: { x: number; y: number }) =>
    ask<object>('focus', 'POST', { key, focus }),
  upload: (key: string, contentType: string) =>
    ask<Upload>('uploads', 'POST', { key, contentType }),
};

/** Throws Refused with the server's own sentence. */
export async function ask<T>(path: string, method = 'GET', body?: unknown): Promise<T> {
  const answer = await fetch(`/api/${path}`, {
    method,
    headers: {
      'x-darkroom-token': token,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const read = await answer.json();
  if (!answer.ok) throw new Refused(read);
  return read as T;
}

export function queryOf(values: Record<string, string>): string {
  return new URLSearchParams(values).toString();
}

const AGAIN_MS = 2000;

/** `renewed`: another platform answers in place of the one that this page is of. */
export type Line = 'up' | 'down' | 'renewed';

/**
 * Calls back with all that happens from now on, for as long as the page is open and of this platform. EventSource cannot
 * send the token, so the stream is read by hand.
 */
export async function follow(
  onNews: (news: News) => void,
  onLine: (line: Line) => void,
): Promise<void> {
  for (let isFirst = true; ; isFirst = false) {
    try {
      const answer = await fetch('/api/live', { headers: { 'x-darkroom-token': token } });
      if (!answer.ok || !answer.body) throw new Refused(await answer.json());
      onLine('up');
      if (!isFirst) onNews({ kind: 'missed' });
      await readEvents(answer.body, data => onNews(JSON.parse(data)));
    } catch (thrown) {
      if (thrown instanceof Refused && thrown.code === 'TOKEN_UNKNOWN') return onLine('renewed');
      // A platform that was stopped may come again.
    }
    onLine('down');
    await new Promise(resolve => setTimeout(resolve, AGAIN_MS));
  }
}

async function readEvents(
  body: ReadableStream<Uint8Array>,
  onData: (data: string) => void,
): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const data = /^data: (.+)$/m.exec(event)?.[1];
      if (data) onData(data);
    }
  }
}
