import { Failure } from '../shared/core/failure.ts';
import { type Cdn, type CdnOptions, startCdn } from './cdn.ts';
import { type CdnApi, type CdnApiOptions, startCdnApi } from './cdn-api.ts';
import { type FcApi, type FcApiOptions, startFcApi } from './fc-api/server.ts';
import {
  type ModerationApi,
  type ModerationApiOptions,
  startModerationApi,
} from './moderation-api.ts';

/** OSS has the port that was asked for, all others those after it; of 0 each has one that is free. */

export async function startCdnBeside({ port, ...options }: CdnOptions): Promise<Cdn> {
  const cdnPort = port === 0 ? 0 : port + 1;
  return await startCdn({ ...options, port: cdnPort }).catch(explainPort(cdnPort));
}

export async function startFcBeside({ port, ...options }: FcApiOptions): Promise<FcApi> {
  const fcPort = port === 0 ? 0 : port + 2;
  return await startFcApi({ ...options, port: fcPort }).catch(explainPort(fcPort));
}

export async function startCdnApiBeside({ port, ...options }: CdnApiOptions): Promise<CdnApi> {
  const apiPort = port === 0 ? 0 : port + 3;
  return await startCdnApi({ ...options, port: apiPort }).catch(explainPort(apiPort));
}

/** It is asked by the functions, and has the picture from OSS as they have: over the wire. */
export async function startModerationBeside({
  port,
  ...options
}: ModerationApiOptions): Promise<ModerationApi> {
  const apiPort = port === 0 ? 0 : port + 4;
  return await startModerationApi({ ...options, port: apiPort }).catch(explainPort(apiPort));
}

export function explainPort(port: number) {
  return (cause: NodeJS.ErrnoException): never => {
    if (cause.code !== 'EADDRINUSE' && cause.code !== 'EACCES') throw cause;
    const why = cause.code === 'EACCES' ? 'needs rights that you lack' : 'is in use';
    throw new Failure(
      'SETTINGS_INVALID',
      `expected port ${port} to be free, it ${why}: choose another base with --port`,
      { cause },
    );
  };
}
