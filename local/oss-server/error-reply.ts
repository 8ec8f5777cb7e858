import { ConnectionReset } from './admin/strike.ts';
import { OssError } from './errors.ts';
import { type Reply, xmlReply } from './reply.ts';

export interface Asked {
  readonly requestId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly method: string;
}

/** On a HEAD the error travels in a header, since there is no body. */
export function errorReply(thrown: unknown, asked: Asked): Reply {
  if (thrown instanceof ConnectionReset) throw thrown;
  const error = thrown instanceof OssError ? thrown : new OssError('InternalError', String(thrown));
  const { Code, Message } = { Code: error.code, Message: error.message };
  const HostId = asked.headers.host ?? '';
  const reply = xmlReply({
    Error: { Code, Message, RequestId: asked.requestId, HostId, ...error.details },
  });
  const ec = error.details.EC;
  const ecHeader = ec !== undefined && { 'x-oss-ec': ec };
  const headers = { ...reply.headers, ...ecHeader, ...error.headers };
  if (asked.method !== 'HEAD') return { ...reply, status: error.status, headers };
  const encoded = Buffer.from(String(reply.body)).toString('base64');
  return { status: error.status, headers: { ...headers, 'x-oss-err': encoded } };
}
