import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceDefinition } from '../../local/service-definition.ts';
import type { Logs } from '../../shared/adapters/sls/logs.ts';
import type { Step } from './steps.ts';

const INDEX = join(import.meta.dirname, '../../ops/sls/index.json');

/** Where s.yaml has the functions' lines written: FC makes neither, and refuses a function whose project is not there. */
export async function logSteps(
  { functions }: Pick<ServiceDefinition, 'functions'>,
  logs: Logs,
): Promise<Step[]> {
  const stores = new Map<string, Set<string>>();
  for (const { project, store } of functions.map(one => one.logs))
    stores.set(project, (stores.get(project) ?? new Set()).add(store));
  const steps: Step[] = [];
  for (const [project, named] of stores) {
    const isThere = await logs.hasProject(project);
    steps.push(projectStep(project, isThere, logs));
    for (const store of named) {
      const hasStore = isThere && (await logs.hasStore(project, store));
      const hasIndex = hasStore && (await logs.hasIndex(project, store));
      steps.push(storeStep(project, store, hasStore, logs));
      steps.push(indexStep(project, store, hasIndex, logs));
    }
  }
  return steps;
}

function projectStep(project: string, isThere: boolean, logs: Logs): Step {
  const step = {
    name: `log project ${project}`,
    words: 'of SLS; its name is one for all accounts',
  };
  if (isThere) return { ...step, state: 'there' };
  return { ...step, state: 'missing', apply: () => logs.createProject(project) };
}

function storeStep(project: string, store: string, isThere: boolean, logs: Logs): Step {
  const step = { name: `logstore ${store}`, words: `of ${project}, for 30 days` };
  if (isThere) return { ...step, state: 'there' };
  return { ...step, state: 'missing', apply: () => logs.createStore(project, store) };
}

/** Another index than ours may be somebody's: it stays. */
function indexStep(project: string, store: string, isThere: boolean, logs: Logs): Step {
  const step = { name: `index of ${store}`, words: 'what the charts and alarms ask by' };
  if (isThere) return { ...step, state: 'there' };
  const apply = async () => {
    const index = JSON.parse(await readFile(INDEX, 'utf8')) as object;
    await logs.createIndex(project, store, index);
  };
  return { ...step, state: 'missing', apply };
}
