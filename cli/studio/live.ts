import type { Happening } from '../../local/function-host/invocation.ts';
import { parseDerivativeKey } from '../../shared/core/set/keys.ts';
import { type LogEvent, type LogFacts, logEvents } from '../../shared/core/telling/log-events.ts';
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

const OF_LISTS = new Set(['presets-promoted', 'presets-rejected', 'presets-pending']);
const OF_RUNS = new Set(['batch-done', 'run-done', 'run-stopped']);

function newsInLine(line: string, cdn: string): News | undefined {
  const event = eventIn(line);
  if (event === undefined) return undefined;
  if (OF_LISTS.has(event.name)) return { kind: 'list' };
  if (OF_RUNS.has(event.name)) return { kind: 'run' };
  if (event.name === 'rendered') return fileNews(event.facts as LogFacts<'rendered'>, cdn);
  if (event.name === 'reconciled') return setNews(event.facts as LogFacts<'reconciled'>);
  return undefined;
}

/** A function's log line is JSON; what is not comes from a library or a crash. */
function eventIn(line: string): { name: LogEvent; facts: unknown } | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const facts = JSON.parse(line);
    return Object.hasOwn(logEvents, facts.event) ? { name: facts.event, facts } : undefined;
  } catch {
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
