import { Refused, token } from './api.ts';
import type { News } from './wire.ts';

/** What happens, as the platform tells it. */

const AGAIN_MS = 2000;

/** `renewed`: another platform answers in place of the one that this page is of. */
export type Line = 'up' | 'down' | 'renewed';

export interface Listener {
  onNews(news: News): void;
  onLine(line: Line): void;
}

/**
 * Calls back with all that happens from now on, for as long as the page is open and of this platform. All pages of one
 * browser share one line: it opens six connections to a host (HTTP/1.1), and six lines would leave none for anything else.
 * One page holds it and tells the others; when it goes, another takes its place.
 */
export async function follow(listener: Listener): Promise<void> {
  const name = `darkroom-live-${token}`;
  const others = new BroadcastChannel(name);
  others.onmessage = ({ data }: MessageEvent<{ news: News } | { line: Line }>) => {
    if ('news' in data) listener.onNews(data.news);
    else listener.onLine(data.line);
  };
  const telling: Listener = {
    onNews: news => {
      listener.onNews(news);
      others.postMessage({ news });
    },
    onLine: line => {
      listener.onLine(line);
      others.postMessage({ line });
    },
  };
  for (let isFirst = true; ; isFirst = false) {
    const was = await navigator.locks.request(name, { ifAvailable: isFirst }, async lock =>
      lock ? await held(telling, isFirst) : 'taken',
    );
    if (was === 'taken') continue;
    telling.onLine(was);
    if (was === 'renewed') return;
    // A platform that was stopped may come again. Meanwhile another page may hold it: a hidden one seldom wakes.
    await new Promise(resolve => setTimeout(resolve, AGAIN_MS));
  }
}

/** Until the line ends, for what reason. EventSource cannot send the token, so the stream is read by hand. */
async function held({ onNews, onLine }: Listener, isFirst: boolean): Promise<'down' | 'renewed'> {
  try {
    const answer = await fetch('/api/live', { headers: { 'x-darkroom-token': token } });
    if (!answer.ok || !answer.body) throw new Refused(await answer.json());
    onLine('up');
    if (!isFirst) onNews({ kind: 'missed' });
    await readEvents(answer.body, data => onNews(JSON.parse(data)));
  } catch (thrown) {
    if (thrown instanceof Refused && thrown.code === 'TOKEN_UNKNOWN') return 'renewed';
  }
  return 'down';
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
