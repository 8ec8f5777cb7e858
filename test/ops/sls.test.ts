import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { READY_QUERY } from '../../cli/inspect/ready-times.ts';
import { type LogEvent, logEvents } from '../../shared/core/telling/log-events.ts';

/** What an operator imports: nothing here can run SLS's SQL, so the names in it are held against the log's schema. */

const folder = new URL('../../ops/sls/', import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));

interface Chart {
  title: string;
  search: { query: string };
  display: {
    xAxis: string[];
    yAxis: string[];
    xPos: number;
    yPos: number;
    width: number;
    height: number;
  };
}

const { charts } = read('dashboard.json') as { charts: Chart[] };
const alerts = readdirSync(new URL('alerts/', folder)).map(name => read(`alerts/${name}`));
const queries = [
  ['what status says', READY_QUERY] as const,
  ...charts.map(({ title, search }) => [title, search.query] as const),
  ...alerts.map(one => [one.name, one.configuration.queryList[0].query] as const),
];

const LINE = ['event', 'level', 'time', 'requestId', 'attempt'];

function eventsIn(query: string): string[] {
  const [, list = ''] = /\$\.event'\) (?:=|IN) (\(.+?\)|'.+?')/.exec(query) ?? [];
  return [...list.matchAll(/'([^']+)'/g)].map(([, name]) => name ?? '');
}

const pathsIn = (query: string) =>
  [...query.matchAll(/'\$\.([\w.]+)'/g)].map(([, path]) => path ?? '');

/** Whether a line of this event has a field at the path. */
function has(event: string, path: string): boolean {
  if (LINE.includes(path)) return true;
  let schema: z.ZodType | undefined = logEvents[event as LogEvent];
  for (const name of path.split('.')) {
    const object: unknown = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
    schema = object instanceof z.ZodObject ? (object.shape[name] as z.ZodType) : undefined;
  }
  return schema !== undefined;
}

describe.each(queries)('the query of %s', (_, query) => {
  it('asks for events that there are, and searches for the same', () => {
    const events = eventsIn(query);
    expect(events.length).toBeGreaterThan(0);
    expect(Object.keys(logEvents)).toEqual(expect.arrayContaining(events));
    const [search = ''] = query.split(' | ');
    expect(search).toBe(events.map(event => `"${event}"`).join(' or '));
  });

  it('reads only fields that each of them has', () => {
    const missing = eventsIn(query).flatMap(event =>
      pathsIn(query)
        .filter(path => !has(event, path))
        .map(path => `${event} has no ${path}`),
    );
    expect(missing).toEqual([]);
    expect(pathsIn(query)).toHaveLength(query.split('json_extract_').length - 1);
  });
});

it('a field that no line has would be found', () => {
  expect(has('reconciled', 'spent.milliseconds.total')).toBe(true);
  expect(has('reconciled', 'spent.seconds.total')).toBe(false);
});

it('docs/observability.md has the query that status says', () => {
  const docs = readFileSync(new URL('../../docs/observability.md', import.meta.url), 'utf8');
  expect(docs).toContain(`\n${READY_QUERY}\n`);
});

it('a chart shows columns that its query selects', () => {
  for (const { title, search, display } of charts) {
    const named = [...display.xAxis, ...display.yAxis].filter(column => column !== 'message');
    const selected = [...search.query.matchAll(/ AS (\w+)/g)].map(([, name]) => name);
    expect(selected, title).toEqual(expect.arrayContaining(named));
  }
});

it('charts do not lie on each other', () => {
  const places = charts.flatMap(({ display: { xPos, yPos, width, height } }) =>
    Array.from(
      { length: width * height },
      (_, i) => `${xPos + (i % width)},${yPos + Math.floor(i / width)}`,
    ),
  );
  expect(new Set(places).size).toBe(places.length);
});

it('an alarm’s condition compares columns that its query selects', () => {
  for (const { name, configuration } of alerts) {
    const { query } = configuration.queryList[0];
    const [{ evalCondition }] = configuration.severityConfigurations;
    const columns = evalCondition.condition.match(/[a-z_]\w*/g);
    const selected = [...query.matchAll(/ AS (\w+)/g)].map(([, column]) => column);
    expect(selected, name).toEqual(expect.arrayContaining(columns));
  }
});

it('an alarm has a name that SLS takes, of 64 characters at most', () => {
  for (const { displayName } of alerts) expect(displayName.length).toBeLessThanOrEqual(64);
});
