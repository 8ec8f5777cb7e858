/** What is used of @alicloud/log 1.2, which has no types. Each answers with the body: parsed if it is JSON, else a text. */
declare module '@alicloud/log' {
  import type { Agent } from 'node:http';

  interface Options {
    timeout: number;
    agent?: Agent | undefined;
  }

  class Client {
    constructor(config: {
      /** With its scheme; a project's own host is `{project}.` before it. */
      endpoint: string;
      accessKeyId: string;
      accessKeySecret: string;
      securityToken?: string | undefined;
    });
    getProject(project: string, options: Options): Promise<unknown>;
    createProject(
      project: string,
      data: { description: string },
      options: Options,
    ): Promise<unknown>;
    getLogStore(project: string, store: string, options: Options): Promise<unknown>;
    createLogStore(
      project: string,
      store: string,
      data: { ttl: number; shardCount: number },
      options: Options,
    ): Promise<unknown>;
    getIndexConfig(project: string, store: string, options: Options): Promise<unknown>;
    createIndex(project: string, store: string, index: object, options: Options): Promise<unknown>;
  }

  export = Client;
}
