import type {
  AlbumFilter,
  AlbumPage,
  ListCheck,
  ListPlan,
  ListText,
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

export const token =
  document.querySelector<HTMLMetaElement>('meta[name="darkroom-token"]')?.content ?? '';

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
