import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { authenticate } from '../../local/acs3.ts';
import { listenOnLoopback } from '../../local/oss-server/listen.ts';

export const key = { accessKeyId: 'LOCAL1', accessKeySecret: 'of-the-test' };

interface Domain {
  scope: string;
  sources: { content: string; type: string; port: number }[];
  /** By name; a header's also by the header. */
  settings: Map<string, { argName: string; argValue: string }[]>;
}

type Answer = [status: number, body: object];
type Asked = URLSearchParams;

/**
 * The domains of an account of the CDN, as its API of 2018-05-10 keeps them; there is no CDN behind it. Signatures
 * are verified, and what is not here is refused as the API refuses an unknown action.
 */
export async function cdnDomains(): Promise<{ endpoint: string; domains: Map<string, Domain> }> {
  const domains = new Map<string, Domain>();
  const { port, close } = await listenOnLoopback(
    () =>
      createServer(async (request, response) => {
        const { method = '', url = '', headers } = request;
        const caller = authenticate({ method, url, headers }, [key]);
        const query = new URLSearchParams(url.split('?')[1] ?? '');
        for (const [name, value] of new URLSearchParams(await text(request)))
          query.set(name, value);
        const [status, body] =
          'because' in caller
            ? refused(403, 'SignatureDoesNotMatch', caller.message)
            : answer(String(headers['x-acs-action']), query, domains);
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ RequestId: '1', ...body }));
      }),
    0,
  );
  onTestFinished(() => close());
  return { endpoint: `http://127.0.0.1:${port}`, domains };
}

function refused(status: number, Code: string, Message: string): Answer {
  return [status, { Code, Message, HostId: 'cdn.aliyuncs.com' }];
}

function answer(action: string, asked: Asked, domains: Map<string, Domain>): Answer {
  const name = asked.get('DomainName') ?? asked.get('DomainNames') ?? '';
  if (action === 'AddCdnDomain') return add(name, asked, domains);
  const domain = domains.get(name);
  if (!domain) return refused(404, 'InvalidDomain.NotFound', 'The domain does not belong to you.');
  if (action === 'DescribeCdnDomainDetail') return [200, detailOf(name, domain)];
  if (action === 'DescribeCdnDomainConfigs') return [200, configsOf(asked, domain)];
  if (action === 'BatchSetCdnDomainConfig') return set(asked, domain);
  return refused(404, 'InvalidAction.NotFound', `Specified api is not found: ${action}`);
}

function add(name: string, asked: Asked, domains: Map<string, Domain>): Answer {
  if (name.endsWith('.unfiled.cn')) {
    return refused(400, 'DomainNotRegistration', 'The domain has no ICP filing.');
  }
  const sources = JSON.parse(asked.get('Sources') ?? '[]');
  domains.set(name, { scope: asked.get('Scope') ?? '', sources, settings: new Map() });
  return [200, {}];
}

function detailOf(DomainName: string, { sources }: Domain) {
  const SourceModel = sources.map(({ content, type, port }) => ({
    Content: content,
    Type: type,
    Port: port,
  }));
  const Cname = `${DomainName}.w.kunlunsl.com`;
  return {
    GetDomainDetailModel: {
      DomainName,
      Cname,
      DomainStatus: 'online',
      SourceModels: { SourceModel },
    },
  };
}

function configsOf(asked: Asked, { settings }: Domain) {
  const wanted = (asked.get('FunctionNames') ?? '').split(',');
  const DomainConfig = [...settings]
    .filter(([name]) => wanted.includes(name.split(' ')[0] ?? ''))
    .map(([name, args]) => ({
      FunctionName: name.split(' ')[0],
      Status: 'success',
      FunctionArgs: {
        FunctionArg: args.map(({ argName, argValue }) => ({
          ArgName: argName,
          ArgValue: argValue,
        })),
      },
    }));
  return { DomainConfigs: { DomainConfig } };
}

function set(asked: Asked, { settings }: Domain): Answer {
  for (const { functionName, functionArgs } of JSON.parse(asked.get('Functions') ?? '[]')) {
    const header = functionArgs.find(({ argName }: { argName: string }) => argName === 'key');
    const name = header ? `${functionName} ${header.argValue}` : functionName;
    settings.set(name, functionArgs);
  }
  return [200, {}];
}
