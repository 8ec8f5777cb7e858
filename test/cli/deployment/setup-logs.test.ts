import { createHash, createHmac } from 'node:crypto';
import { Agent, createServer, type IncomingMessage } from 'node:http';
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { logSteps } from '../../../cli/deployment/setup-logs.ts';
import { listenOnLoopback } from '../../../local/oss-server/listen.ts';
import type { FunctionDefinition } from '../../../local/service-definition.ts';
import { slsLogs } from '../../../shared/adapters/sls/logs.ts';

const key = { accessKeyId: 'LOCAL1', accessKeySecret: 'of-the-test' };

interface Store {
  asked: unknown;
  index?: unknown;
}
type Projects = Map<string, Map<string, Store>>;
type Answer = [status: number, body: object | string];

const refused = (status: number, errorCode: string): Answer => [
  status,
  { errorCode, errorMessage: `expected otherwise: ${errorCode}` },
];

/** https://www.alibabacloud.com/help/en/sls/developer-reference/request-signatures (signature version 1) */
function isSigned({ method, url = '', headers }: IncomingMessage, body: Buffer): boolean {
  const md5 = createHash('md5').update(body).digest('hex').toUpperCase();
  if (headers['content-md5'] !== (body.length > 0 ? md5 : undefined)) return false;
  const named = Object.entries(headers)
    .filter(([name]) => /^x-(log|acs)-/.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value}\n`);
  const head = [method, headers['content-md5'] ?? '', headers['content-type'], headers.date];
  const text = `${head.join('\n')}\n${named.join('')}${url.replace(/\?$/, '')}`;
  const mac = createHmac('sha1', key.accessKeySecret).update(text).digest('base64');
  return headers.authorization === `LOG ${key.accessKeyId}:${mac}`;
}

/** SLS of API 0.6.0 as far as its projects, logstores and indexes are made. Signatures are verified, the rest is 501. */
async function sls() {
  const projects: Projects = new Map();
  const said = { projects, tells: (_: string, answer: Answer): Answer => answer };
  const { port, close } = await listenOnLoopback(
    () =>
      createServer(async (request, response) => {
        const body = await buffer(request);
        const what = `${request.method} ${(request.url ?? '').replace(/\?$/, '')}`;
        const project = (request.headers.host ?? '').split('.sls.test')[0] ?? '';
        const answer = isSigned(request, body)
          ? answerTo(what, project, String(body), projects)
          : refused(403, 'SignatureNotMatch');
        const [status, told] = said.tells(what, answer);
        const isText = typeof told === 'string';
        response.writeHead(status, {
          'content-type': isText ? 'text/html' : 'application/json',
          'x-log-requestid': '5B1',
        });
        response.end(isText ? told : JSON.stringify(told));
      }),
    0,
  );
  onTestFinished(() => close());
  // Each project has a host of its own.
  const agent = new Agent({
    lookup: (_host, options, answer) =>
      options.all
        ? answer(null, [{ address: '127.0.0.1', family: 4 }])
        : answer(null, '127.0.0.1', 4),
  });
  const connection = { endpoint: `http://sls.test:${port}`, credentials: key, agent };
  return Object.assign(said, { connection, logs: slsLogs(connection) });
}

function answerTo(what: string, project: string, body: string, projects: Projects): Answer {
  const [, store = '', isIndex] = /^\w+ \/logstores\/(\w+)(\/index)?$/.exec(what) ?? [];
  const stores = projects.get(project);
  if (what === 'POST /') {
    const { projectName } = JSON.parse(body) as { projectName: string };
    if (projects.has(projectName)) return refused(400, 'ProjectAlreadyExist');
    projects.set(projectName, new Map());
    return [200, ''];
  }
  if (!stores) return refused(404, 'ProjectNotExist');
  if (what === 'GET /') return [200, { projectName: project, status: 'Normal' }];
  if (what === 'POST /logstores') {
    const asked = JSON.parse(body) as { logstoreName: string };
    if (stores.has(asked.logstoreName)) return refused(400, 'LogStoreAlreadyExist');
    stores.set(asked.logstoreName, { asked });
    return [200, ''];
  }
  const there = stores.get(store);
  if (store && !there) return refused(404, 'LogStoreNotExist');
  if (there && !isIndex && what.startsWith('GET')) return [200, { logstoreName: store, ttl: 30 }];
  if (there && isIndex && what.startsWith('GET')) {
    return there.index ? [200, there.index] : refused(404, 'IndexConfigNotExist');
  }
  if (there && isIndex && what.startsWith('POST')) {
    if (there.index) return refused(400, 'IndexAlreadyExist');
    there.index = JSON.parse(body);
    return [200, ''];
  }
  return refused(501, 'NotImplemented');
}

const service = {
  functions: [1, 2].map(
    () => ({ logs: { project: 'darkroom-logs', store: 'functions' } }) as FunctionDefinition,
  ),
};

describe('the log project that s.yaml names', () => {
  it('is shown first, made then with its logstore and index, and left alone after that', async () => {
    const { projects, logs } = await sls();
    const first = await logSteps(service, logs);
    expect(first.map(({ name, state }) => [name, state])).toEqual([
      ['log project darkroom-logs', 'missing'],
      ['logstore functions', 'missing'],
      ['index of functions', 'missing'],
    ]);
    expect(projects.size).toBe(0);
    for (const step of first) await step.apply?.();
    const made = projects.get('darkroom-logs')?.get('functions');
    expect(made?.asked).toEqual({ logstoreName: 'functions', ttl: 30, shardCount: 2 });
    expect(made?.index).toEqual(JSON.parse(await readFile('ops/sls/index.json', 'utf8')));
    const second = await logSteps(service, logs);
    expect(second.map(({ state }) => state)).toEqual(['there', 'there', 'there']);
  });

  it('takes a moment to be there, which creations wait for', async () => {
    const sees = await sls();
    let early = 2;
    sees.tells = (what, answer) => {
      early -= what === 'POST /logstores' ? 1 : 0;
      return what === 'POST /logstores' && early >= 0 ? refused(404, 'ProjectNotExist') : answer;
    };
    await sees.logs.createProject('p');
    await sees.logs.createStore('p', 's');
    expect(sees.projects.get('p')?.has('s')).toBe(true);
  });

  it('is made though the answer says otherwise: then it is there already when it is asked for again', async () => {
    const sees = await sls();
    const failed = new Set<string>();
    sees.tells = (what, answer) => {
      if (!what.startsWith('POST') || failed.has(what)) return answer;
      failed.add(what);
      return refused(500, 'InternalServerError');
    };
    for (const step of await logSteps(service, sees.logs)) await step.apply?.();
    expect(failed.size).toBe(3);
    const states = (await logSteps(service, sees.logs)).map(({ state }) => state);
    expect(states).toEqual(['there', 'there', 'there']);
  });

  it('keeps an index that somebody made', async () => {
    const { projects, logs } = await sls();
    const index = { line: { token: [','] } };
    projects.set('darkroom-logs', new Map([['functions', { asked: {}, index }]]));
    for (const step of await logSteps(service, logs)) await step.apply?.();
    expect(projects.get('darkroom-logs')?.get('functions')?.index).toBe(index);
  });

  it('cannot be looked at with wrong keys, and it is said', async () => {
    const { connection } = await sls();
    const guessed = { ...connection, credentials: { ...key, accessKeySecret: 'guessed' } };
    await expect(logSteps(service, slsLogs(guessed))).rejects.toThrow(
      /^the project darkroom-logs: SLS refused \(SignatureNotMatch, status 400\)/,
    );
  });

  it.each<[string, Answer, RegExp]>([
    ['another project', [200, { projectName: 'other' }], /SLS told of other/],
    ['a page of a proxy', [200, '<html>'], /SLS answered with something else/],
    ['nothing of the kind', [200, {}], /SLS answered with something else/],
  ])('is not taken for there by an answer about %s', async (_, answer, expected) => {
    const sees = await sls();
    sees.tells = () => answer;
    await expect(sees.logs.hasProject('darkroom-logs')).rejects.toThrow(expected);
  });
});
