import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { authenticate } from '../../../../local/acs3.ts';
import { listenOnLoopback } from '../../../../local/oss-server/listen.ts';
import { fcSettings } from '../../../../shared/adapters/fc/function-settings.ts';
import { apiOf, handler, key } from '../../../local/fc-api/api.ts';

const events = ['oss:ObjectCreated:PutObject'];

describe('deployed functions', () => {
  it('tell their triggers, with the configuration as it is', async () => {
    const bundle = {
      source: handler('return 1;'),
      triggers: [
        { name: 'up', type: 'oss' as const, bucket: 'originals', events, prefix: 'a/', suffix: '' },
        { name: 'tick', type: 'timer' as const, cron: '@every 5m', enabled: true, payload: '{}' },
      ],
    };
    const { endpoint } = await apiOf({ one: bundle });
    const fc = fcSettings({ endpoint, credentials: key });
    expect(await fc.triggers('test-one')).toEqual([
      {
        name: 'up',
        type: 'oss',
        source: 'acs:oss:cn-hangzhou:1234567890123456:originals',
        config: { events, filter: { key: { prefix: 'a/', suffix: '' } } },
      },
      {
        name: 'tick',
        type: 'timer',
        source: '',
        config: { cronExpression: '@every 5m', enable: true, payload: '{}' },
      },
    ]);
    expect(await fc.triggers('test-two')).toBeUndefined();
  });

  it('tell which qualifiers have an asynchronous configuration, and which hold instances', async () => {
    const nobody = {
      alwaysAllocateCPU: false,
      alwaysAllocateGPU: false,
      targetTrackingPolicies: [],
    };
    const at = {
      name: 'spike',
      startTime: '2026-12-31T12:00:00Z',
      endTime: '2026-12-31T16:00:00Z',
    };
    const { endpoint } = await apiOf({
      both: {
        source: handler('return 1;'),
        hasAsyncInvokeConfig: true,
        provisionConfig: { ...nobody, defaultTarget: 2, scheduledActions: [] },
      },
      later: {
        source: handler('return 1;'),
        provisionConfig: {
          ...nobody,
          defaultTarget: 0,
          scheduledActions: [{ ...at, target: 9, scheduleExpression: 'at(2026-12-31T12:00:00Z)' }],
        },
      },
      back: {
        source: handler('return 1;'),
        provisionConfig: { ...nobody, defaultTarget: 0, scheduledActions: [] },
      },
    });
    const fc = fcSettings({ endpoint, credentials: key });
    expect(await fc.asyncInvokeConfigs('test-both')).toEqual(['LATEST']);
    expect(await fc.asyncInvokeConfigs('test-later')).toEqual([]);
    const held = ['both', 'later', 'back'].map(name => fc.provisionConfigs(`test-${name}`));
    expect(await Promise.all(held)).toEqual([['LATEST'], ['LATEST'], []]);
  });

  it('answer, and say when they failed', async () => {
    const { endpoint } = await apiOf({
      well: handler('return JSON.parse(event.toString());'),
      ill: handler('throw new RangeError("too far");'),
    });
    const fc = fcSettings({ endpoint, credentials: key });
    expect(await fc.invoke('test-well', Buffer.from('{"a":1}'))).toEqual({
      payload: Buffer.from('{"a":1}'),
    });
    const failed = await fc.invoke('test-ill', Buffer.from('{}'));
    expect(failed?.error).toBe('HandledInvocationError');
    expect(failed?.payload.toString()).toContain('too far');
    expect(await fc.invoke('test-none', Buffer.from('{}'))).toBeUndefined();
  });

  it('that may not be asked are refused', async () => {
    const { endpoint } = await apiOf({ one: handler('return 1;') });
    const fc = fcSettings({ endpoint, credentials: { ...key, accessKeySecret: 'guessed' } });
    await expect(fc.triggers('test-one')).rejects.toMatchObject({ code: 'SETUP_DENIED' });
  });
});

/** An API that answers each list with pages that a test writes, by the token that is asked with. */
async function listsOf(pageAt: (token: string, path: string) => object) {
  const asked: string[] = [];
  const { port, close } = await listenOnLoopback(
    () =>
      createServer((request, response) => {
        const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
        const token = searchParams.get('nextToken') ?? '';
        asked.push(token);
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(pageAt(token, pathname)));
      }),
    0,
  );
  onTestFinished(() => close());
  return { asked, fc: fcSettings({ endpoint: `http://127.0.0.1:${port}`, credentials: key }) };
}

const named = (triggerName: string, more = {}) => ({
  triggerName,
  triggerType: 'timer',
  triggerConfig: '{}',
  ...more,
});

describe('a list of Function Compute', () => {
  const lists = ['triggers', 'asyncInvokeConfigs', 'provisionConfigs'] as const;
  const arn = 'acs:fc:cn-hangzhou:1:functions/one';
  const held = (functionArn: string) => ({ functionArn, defaultTarget: 1 });

  it('is read to its end, page by page', async () => {
    const pages: Record<string, object> = {
      '': { triggers: [named('a')], configs: [held(arn)], provisionConfigs: [], nextToken: 'x' },
      x: { triggers: [], configs: [], provisionConfigs: [held(`${arn}/blue`)], nextToken: 'y' },
      y: { triggers: [named('b')], configs: [held(`${arn}/red`)], provisionConfigs: [] },
    };
    const { fc, asked } = await listsOf(token => pages[token] ?? {});
    expect((await fc.triggers('one'))?.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(await fc.asyncInvokeConfigs('one')).toEqual(['LATEST', 'red']);
    expect(await fc.provisionConfigs('one')).toEqual(['blue']);
    expect(asked).toEqual(['', 'x', 'y', '', 'x', 'y', '', 'x', 'y']);
  });

  it.each(lists)(
    'of %s that never ends is told as one, and not followed for ever',
    async list => {
      const circle: Record<string, string> = { '': 'x', x: 'y', y: 'x' };
      const round = await listsOf(token => ({ nextToken: circle[token] }));
      await expect(round.fc[list]('one')).rejects.toMatchObject({
        code: 'SETUP_BUSY',
        message: expect.stringMatching(
          /of one: expected the pages of the list to end, received a page once more$/,
        ),
      });
      const onward = await listsOf(token => ({ nextToken: `${token}x` }));
      await expect(onward.fc[list]('one')).rejects.toMatchObject({
        code: 'SETUP_BUSY',
        message: expect.stringMatching(/to end, received more than 20 of them$/),
      });
    },
    30_000,
  );

  it.each(lists)('of %s that is about another function says nothing of this one', async list => {
    const of = 'acs:fc:cn-hangzhou:1:functions/two';
    const { fc } = await listsOf(() => ({
      triggers: [named('t', { targetArn: `${of}/LATEST` })],
      configs: [held(of)],
      provisionConfigs: [held(`${of}/blue`)],
    }));
    await expect(fc[list]('one')).rejects.toMatchObject({
      code: 'SETUP_BUSY',
      message: expect.stringMatching(/of one: expected those of one, received those of two$/),
    });
  });

  it('names no qualifier where the name of the function is its last part, however it begins', async () => {
    const { fc } = await listsOf(() => ({
      configs: ['acs:fc:cn-shanghai:1234/functions/one', arn, ''].map(held),
    }));
    expect(await fc.asyncInvokeConfigs('one')).toEqual(['LATEST', 'LATEST', 'LATEST']);
  });

  it.each(['null', '[]', '{"events":', '1'])(
    'with a configuration of a trigger that is none (%s) is told as one',
    async triggerConfig => {
      const { fc } = await listsOf(() => ({ triggers: [named('t', { triggerConfig })] }));
      await expect(fc.triggers('one')).rejects.toMatchObject({
        code: 'SETUP_BUSY',
        message:
          'the triggers of one: expected the configuration of trigger t, received something else',
      });
    },
  );
});

/** Custom domains as FC's API keeps them; nothing answers by them. */
async function domainApi() {
  const domains = new Map<string, Record<string, unknown>>();
  const answer = async (request: IncomingMessage): Promise<[number, object]> => {
    const { method = '', url = '', headers } = request;
    const body = await text(request);
    if ('because' in authenticate({ method, url, headers }, [key]))
      return [403, { Code: 'AccessDenied' }];
    const [, name] = /^\/2023-03-30\/custom-domains\/?([^/?]*)$/.exec(url) ?? [];
    if (method === 'POST' && name === '') {
      const domain = JSON.parse(body);
      domains.set(domain.domainName, domain);
      return [200, domain];
    }
    const found = name && method === 'GET' ? domains.get(name) : undefined;
    return found
      ? [200, found]
      : [404, { Code: 'DomainNameNotFound', Message: `${method} ${url}` }];
  };
  const { port, close } = await listenOnLoopback(
    () =>
      createServer(async (request, response) => {
        const [status, body] = await answer(request);
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      }),
    0,
  );
  onTestFinished(() => close());
  return { domains, fc: fcSettings({ endpoint: `http://127.0.0.1:${port}`, credentials: key }) };
}

describe('a custom domain', () => {
  it('that is not there is undefined, and serves all paths by its function once it is', async () => {
    const { domains, fc } = await domainApi();
    expect(await fc.domain('miss.example.com')).toBeUndefined();
    const pem = { certificate: 'CERT', privateKey: 'KEY' };
    await fc.addDomain({ name: 'miss.example.com', functionName: 'darkroom-on-cdn-miss', ...pem });
    expect(await fc.domain('miss.example.com')).toEqual({
      protocol: 'HTTPS',
      functions: ['darkroom-on-cdn-miss'],
    });
    expect(domains.get('miss.example.com')).toMatchObject({
      certConfig: pem,
      routeConfig: { routes: [{ path: '/*', functionName: 'darkroom-on-cdn-miss' }] },
    });
  });
});
