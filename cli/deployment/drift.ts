import { triggerConfig, triggerSource } from '../../local/fc-api/described.ts';
import type {
  FunctionDefinition,
  ServiceDefinition,
  TriggerDefinition,
} from '../../local/service-definition.ts';
import { Failure } from '../../shared/core/failure.ts';
import type { DeployedTrigger, FunctionSettings } from '../../shared/ports.ts';

/**
 * Where what is deployed is not what s.yaml says. fc3 makes and changes what the file has: it removes nothing that the
 * file has no more, and leaves a trigger on the bucket that it was made for, since FC's UpdateTrigger takes no source.
 */
export interface Drift {
  /** `moved` and `left over` stay through any number of deployments, which exit with 0. */
  kind: 'moved' | 'left over' | 'not deployed';
  words: string;
  mend: string;
}

export interface Deployed {
  triggers: DeployedTrigger[];
  asyncInvokeConfigs: string[];
  provisionConfigs: string[];
}

/** Undefined where there is no such function yet. */
export async function deployedOf(
  name: string,
  fc: FunctionSettings,
): Promise<Deployed | undefined> {
  const triggers = await fc.triggers(name);
  if (!triggers) return undefined;
  const [asyncInvokeConfigs, provisionConfigs] = await Promise.all([
    fc.asyncInvokeConfigs(name),
    fc.provisionConfigs(name),
  ]);
  return { triggers, asyncInvokeConfigs, provisionConfigs };
}

/**
 * For whoever is about to deploy: throws with each trigger that would stay on another bucket, and answers with a line
 * for each thing that will be left over.
 */
export async function compareDeployed(
  service: ServiceDefinition,
  fc: FunctionSettings,
): Promise<string> {
  const found = await Promise.all([
    ...service.functions.map(one => driftFrom(service, one, fc)),
    leftOverFunctions(service, fc),
  ]);
  const lines = (kind: Drift['kind']) =>
    found
      .flat()
      .filter(drift => drift.kind === kind)
      .map(({ name, words, mend }) => `${name}: ${words}. ${mend}`);
  const moved = lines('moved');
  if (moved.length > 0) throw new Failure('SETTINGS_INVALID', moved.join('\n'));
  return lines('left over').join('\n') || 'What is deployed leaves nothing over.';
}

const PREFIX = 'darkroom-';

/** Whole functions that the file has no more: these run on, by their own triggers and with the code of their day. */
export async function leftOverFunctions(
  { region, functions }: Pick<ServiceDefinition, 'region' | 'functions'>,
  fc: FunctionSettings,
): Promise<(Drift & { name: string })[]> {
  const deployed = await fc.named(PREFIX);
  const known = functions.map(({ name }) => name);
  return deployed
    .filter(name => !known.includes(name))
    .map(name => ({
      name,
      kind: 'left over' as const,
      words: 'is a whole function that s.yaml has not',
      mend: `npx s cli fc3 remove --region ${region} --function-name ${name} -y`,
    }));
}

/** None where the function is not there yet. */
async function driftFrom(
  service: ServiceDefinition,
  definition: FunctionDefinition,
  fc: FunctionSettings,
): Promise<(Drift & { name: string })[]> {
  const { name } = definition;
  const deployed = await deployedOf(name, fc);
  const drift = deployed ? driftOf(service, definition, deployed) : [];
  return drift.map(one => ({ name, ...one }));
}

export function driftOf(
  place: Pick<ServiceDefinition, 'region' | 'accountId'>,
  definition: FunctionDefinition,
  deployed: Deployed,
): Drift[] {
  const { resource, triggers } = definition;
  const isDeclared = ({ name }: DeployedTrigger) => triggers.some(one => one.name === name);
  return [
    ...triggers.flatMap(one => triggerDrift(place, resource, one, deployed.triggers)),
    ...deployed.triggers
      .filter(one => !isDeclared(one))
      .map(({ name, type, source }) =>
        leftOver(`trigger ${name} (${type}${source && ` of ${source}`})`, removal(resource, name)),
      ),
    ...(definition.hasAsyncInvokeConfig ? [] : deployed.asyncInvokeConfigs).map(qualifier =>
      leftOver(
        `asyncInvokeConfig of ${qualifier}`,
        `npx s ${resource} remove --async-invoke-config -y`,
      ),
    ),
    ...(definition.provisionConfig ? [] : deployed.provisionConfigs).map(qualifier =>
      leftOver(
        `provisionConfig of ${qualifier}, which is paid for`,
        `npx s ${resource} provision remove --qualifier ${qualifier} -y`,
      ),
    ),
  ];
}

/** Both by name: fc3 removes no other trigger. */
function removal(resource: string, trigger: string): string {
  return `npx s ${resource} remove --trigger ${trigger} -y`;
}

function leftOver(what: string, mend: string): Drift {
  return { kind: 'left over', words: `has ${what}, s.yaml has not`, mend };
}

function triggerDrift(
  place: Pick<ServiceDefinition, 'region' | 'accountId'>,
  resource: string,
  declared: TriggerDefinition,
  deployed: DeployedTrigger[],
): Drift[] {
  const { name, type } = declared;
  const found = deployed.find(one => one.name === name);
  if (!found) {
    const words = `expected a trigger ${name}, as in s.yaml, there is none`;
    return [{ kind: 'not deployed', words, mend: 'npm run deploy' }];
  }
  const source = triggerSource(place, declared);
  if (found.type !== type || (type === 'oss' && found.source !== source)) {
    const words = `expected trigger ${name} to be of ${source || type}, as in s.yaml, it is of ${found.source || found.type}`;
    const mend = `${removal(resource, name)}, then npm run deploy: a deployment alone leaves it there`;
    return [{ kind: 'moved', words, mend }];
  }
  if (isWithin(triggerConfig(declared), found.config)) return [];
  const words = `expected trigger ${name} to be as in s.yaml, it is ${JSON.stringify(found.config)}`;
  return [{ kind: 'not deployed', words, mend: 'npm run deploy' }];
}

/** Lists in any order, and fields that FC adds by itself, are no difference. */
function isWithin(declared: unknown, found: unknown): boolean {
  if (Array.isArray(declared)) {
    return (
      Array.isArray(found) &&
      JSON.stringify(found.toSorted()) === JSON.stringify(declared.toSorted())
    );
  }
  if (typeof declared !== 'object' || declared === null) return declared === found;
  if (typeof found !== 'object' || found === null) return false;
  const there = found as Record<string, unknown>;
  return Object.entries(declared).every(([key, value]) => isWithin(value, there[key]));
}
