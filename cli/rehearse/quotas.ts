import type { ServiceDefinition } from '../../local/service-definition.ts';
import { RETRIES } from '../../shared/adapters/oss/calling.ts';
import { declaredService, functionIn } from '../cloud/declared.ts';
import { type Cloud, FC } from './model/cloud.ts';

/** What s.yaml says of the function that uploads wake, and of the instances that others hold. */
export interface Deployed {
  region: string;
  eventAge: number;
  retries: number;
  provisioned: number;
  reserved: number | undefined;
  others: { name: string; instances: number }[];
}

const UPLOADS = 'on-object-changed';

export async function deployed(): Promise<Deployed> {
  return deployedIn(await declaredService());
}

export function deployedIn(service: ServiceDefinition): Deployed {
  const { region, functions } = service;
  const own = functionIn(service, UPLOADS);
  return {
    region,
    eventAge: own.maxAsyncEventAgeSeconds,
    retries: own.maxAsyncRetryAttempts,
    provisioned: own.provisionConfig?.defaultTarget ?? 0,
    reserved: own.reservedConcurrency,
    others: functions.flatMap(({ name, resource, reservedConcurrency: instances }) =>
      resource === UPLOADS || instances === undefined ? [] : [{ name, instances }],
    ),
  };
}

/** https://help.aliyun.com/zh/functioncompute/user-guide/instance-scaling-restrictions-and-rules */
const BURSTS = ['hangzhou', 'shanghai', 'beijing', 'zhangjiakou', 'shenzhen'];

export function burstIn(region: string): number {
  return BURSTS.some(name => region.endsWith(`cn-${name}`)) ? 300 : 100;
}

export function heldByOthers({ others }: Deployed): number {
  return others.reduce((sum, { instances }) => sum + instances, 0);
}

/** Of an account's quota, what one function may have beside what others hold. */
export function instancesWithin(quota: number, others: number): number {
  return Math.max(0, Math.min(quota - others, Math.floor(quota * FC.functionShare)));
}

/** The smallest quota of an account within which the function may have so many. */
export function quotaFor(instances: number, others: number): number {
  return Math.max(instances + others, Math.ceil(instances / FC.functionShare));
}

export interface CloudOptions {
  others?: number;
  reservedConcurrency?: number;
  provisioned?: number;
  burst?: number;
  coldStart: number;
  waiting: Cloud['waiting'];
  longestBackOff?: number;
  ossRate: number;
}

export function cloudWithin(quota: number, options: CloudOptions, declared: Deployed): Cloud {
  const others = options.others ?? heldByOthers(declared);
  const reserved = options.reservedConcurrency ?? declared.reserved;
  return {
    mostInstances: reserved ?? instancesWithin(quota, others),
    provisioned: options.provisioned ?? declared.provisioned,
    burst: options.burst ?? burstIn(declared.region),
    coldStart: options.coldStart,
    idle: FC.idle,
    waiting: options.waiting,
    longestBackOff: options.longestBackOff ?? FC.throttledFor,
    eventAge: declared.eventAge,
    retries: declared.retries,
    oss: { requestsPerSecond: options.ossRate, retries: RETRIES },
  };
}
