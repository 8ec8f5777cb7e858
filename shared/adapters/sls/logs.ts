import type { Agent } from 'node:http';
import * as z from 'zod';
import {
  callsOf,
  type OpenapiConnection,
  unlessRefused,
  wrongAnswer,
} from '../alicloud/openapi.ts';

/** Projects and logstores of the Log Service (SLS) in one region, API 0.6.0, through @alicloud/log 1.2. */

const REFUSALS = {
  who: 'SLS',
  busy: 'SETUP_BUSY',
  denied: 'SETUP_DENIED',
  passing: /^(InternalServerError|ServerBusy|RequestTimeout|.*QuotaExceed)$/,
} as const;

/** What was made a moment ago is not there for all of SLS yet. */
const TOO_EARLY = {
  ...REFUSALS,
  passing:
    /^(InternalServerError|ServerBusy|RequestTimeout|.*QuotaExceed|(Project|LogStore)NotExist)$/,
} as const;

export interface LogsConnection extends OpenapiConnection {
  /** For who has no name server for the hosts of projects. */
  agent?: Agent;
}

/** Throws SETUP_DENIED where SLS refuses. */
export interface Logs {
  hasProject(project: string): Promise<boolean>;
  createProject(project: string): Promise<void>;
  hasStore(project: string, store: string): Promise<boolean>;
  createStore(project: string, store: string): Promise<void>;
  hasIndex(project: string, store: string): Promise<boolean>;
  /** In the shape of `ops/sls/index.json`. */
  createIndex(project: string, store: string, index: object): Promise<void>;
}

const STORE = { ttl: 30, shardCount: 2 };
/** A creation that was not answered may have taken effect, and is asked for again. Who looks sees whose it is. */
const EXISTING = ['ProjectAlreadyExist', 'LogStoreAlreadyExist', 'IndexAlreadyExist'];
const isThereAlready = ({ apiCode }: { apiCode?: unknown }) => EXISTING.includes(String(apiCode));
const MISSING = ['ProjectNotExist', 'LogStoreNotExist', 'IndexConfigNotExist'];
const isMissing = ({ apiCode }: { apiCode?: unknown }) => MISSING.includes(String(apiCode));

const projectAnswer = z.object({ projectName: z.string() });
const storeAnswer = z.object({ logstoreName: z.string() });
const indexAnswer = z.union([
  z.object({ keys: z.looseObject({}) }),
  z.object({ line: z.looseObject({}) }),
]);

export function slsLogs(connection: LogsConnection): Logs {
  const call = callsOf(() => open(connection), REFUSALS, { retries: 3 });
  const creating = callsOf(() => open(connection), TOO_EARLY);
  const create = async (what: string, run: Parameters<typeof creating<void>>[1]) => {
    await unlessRefused(creating(what, run), isThereAlready);
  };
  const isThere = async (what: string, run: Parameters<typeof call<void>>[1]) =>
    (await unlessRefused(
      call(what, run).then(() => true),
      isMissing,
    )) ?? false;
  return {
    hasProject: project =>
      isThere(`the project ${project}`, async (sls, what) => {
        const { projectName } = told(what, projectAnswer, await sls.project(project));
        if (projectName !== project) throw wrongAnswer(`${what}: SLS told of ${projectName}`);
      }),
    createProject: project =>
      create(`the creation of the project ${project}`, sls => sls.createProject(project)),
    hasStore: (project, store) =>
      isThere(`the logstore ${store} of ${project}`, async (sls, what) => {
        const { logstoreName } = told(what, storeAnswer, await sls.store(project, store));
        if (logstoreName !== store) throw wrongAnswer(`${what}: SLS told of ${logstoreName}`);
      }),
    createStore: (project, store) =>
      create(`the creation of the logstore ${store}`, sls => sls.createStore(project, store)),
    hasIndex: (project, store) =>
      isThere(`the index of ${store}`, async (sls, what) => {
        told(what, indexAnswer, await sls.index(project, store));
      }),
    createIndex: (project, store, index) =>
      create(`the creation of the index of ${store}`, sls =>
        sls.createIndex(project, store, index),
      ),
  };
}

/** A proxy's page comes with status 200, too, and the client hands it on. */
function told<T>(what: string, schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) throw wrongAnswer(`${what}: SLS answered with something else`, parsed.error);
  return parsed.data;
}

async function open({ endpoint, credentials, agent }: LogsConnection) {
  const { default: Client } = await import('@alicloud/log');
  const client = new Client({ endpoint, ...credentials });
  const options = { timeout: 15_000, agent };
  /** The client tells no status: what has a code of SLS was refused. */
  const asked = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (cause) {
      const { requestid, code, message } = cause as Record<string, unknown>;
      if (requestid === undefined) throw cause;
      throw Object.assign(new Error(String(message)), { code, statusCode: 400 });
    }
  };
  const made = async (answer: Promise<unknown>) => void (await asked(answer));
  return {
    project: (project: string) => asked(client.getProject(project, options)),
    createProject: (project: string) =>
      made(client.createProject(project, { description: 'Darkroom' }, options)),
    store: (project: string, store: string) => asked(client.getLogStore(project, store, options)),
    createStore: (project: string, store: string) =>
      made(client.createLogStore(project, store, STORE, options)),
    index: (project: string, store: string) =>
      asked(client.getIndexConfig(project, store, options)),
    createIndex: (project: string, store: string, index: object) =>
      made(client.createIndex(project, store, index, options)),
  };
}
