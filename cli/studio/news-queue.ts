import type { News } from '../../studio/wire.ts';

/** Some seconds of a storm of uploads. */
const MOST_WAITING = 1000;

export interface NewsQueue {
  push(news: News): void;
  /** All that waits, the oldest first. */
  take(): News[];
  isEmpty(): boolean;
}

/**
 * What a page has not read yet. One that lags is not told all: in place of what is too much it hears that it missed
 * something, and asks for what it shows anew.
 */
export function newsQueue(most = MOST_WAITING): NewsQueue {
  let waiting: News[] = [];
  return {
    push: news => {
      if (waiting.length >= most) waiting = [{ kind: 'missed' }];
      waiting.push(news);
    },
    take: () => waiting.splice(0),
    isEmpty: () => waiting.length === 0,
  };
}
