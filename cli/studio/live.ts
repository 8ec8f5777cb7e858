import type { Happening } from '../../local/function-host/invocation.ts';
import { parseDerivativeKey } from '../../shared/core/set/keys.ts';
import { type LogFacts, loggedIn } from '../../shared/core/telling/log-events.ts';
import { urlOf } from '../../shared/core/work/purge.ts';
import type { LiveFile, News } from '../../studio/wire.ts';

/** What the functions say, as news for whoever looks on. */

type Listener = (news: News) => void;

export interface Live {
  happening(happening: Happening): void;
  tell(news: News): void;
  listen(listener: Listener): () => void;
  /** Of files made since, by their keys, in milliseconds. */
  took: ReadonlyMap<string, number>;
}

/** Those of some thousand photos. */
const MOST_REMEMBERED = 100_000;

export function startLive(cdn: string): Live {
  const listeners = new Set<Listener>();
  const took = new Map<string, number>();
  const remember = ({ key, milliseconds }: LiveFile) => {
    took.set(key, milliseconds);
    const [oldest] = took.keys();
    if (took.size > MOST_REMEMBERED && oldest !== undefined) took.delete(oldest);
  };
  const tell = (news: News) => {
    for (const listener of listeners) listener(news);
  };
  return {
    took,
    tell,
    listen: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    happening: happening => {
      const news = newsIn(happening, cdn);
      if (news?.kind === 'file') remember(news.file);
      if (news) tell(news);
    },
  };
}

function newsIn(happening: Happening, cdn: string): News | undefined {
  if (happening.kind === 'log') return newsInLine(happening.line, cdn);
  if (happening.kind === 'given-up') {
    const message = happening.error?.errorMessage ?? happening.condition;
    return { kind: 'trouble', function: happening.function, message };
  }
  return undefined;
}

function newsInLine(line: string, cdn: string): News | undefined {
  const logged = loggedIn(line);
  switch (logged?.event) {
    case 'presets-promoted':
    case 'presets-rejected':
    case 'presets-pending':
      return { kind: 'list' };
    case 'batch-done':
    case 'run-done':
    case 'run-stopped':
      return { kind: 'run' };
    case 'rendered':
      return fileNews(logged, cdn);
    case 'reconciled':
      return setNews(logged);
    default:
      return undefined;
  }
}

function fileNews(
  { key, bytes, milliseconds }: LogFacts<'rendered'>,
  cdn: string,
): News | undefined {
  const name = parseDerivativeKey(key);
  if (!name) return undefined;
  const { original, preset, format, width } = name;
  const file = { key, url: urlOf(cdn, key), preset, format, width, bytes, milliseconds };
  return { kind: 'file', original, file };
}

function setNews({ key, outcome, files, failures }: LogFacts<'reconciled'>): News {
  return { kind: 'set', original: key, outcome, files, failures };
}
