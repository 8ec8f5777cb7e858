import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { type Identity, newIdentity } from './identity.ts';
import type { ServiceDefinition } from './service-definition.ts';

/**
 * Each function has the rights of its role here as it has in the cloud: `ram/{resource}.json` is enforced by the
 * local OSS and the local FC. Of RAM's policy language only what those files speak; the rest is refused.
 */

const list = z.array(z.string().min(1)).min(1);

export const policySchema = z.strictObject({
  Version: z.literal('1'),
  Statement: z
    .array(z.strictObject({ Effect: z.literal('Allow'), Action: list, Resource: list }))
    .min(1),
});

/** What stands for `${…}` in a policy: the vars of s.yaml. */
export type PlaceNames = Record<string, string>;

export interface Role {
  /** The key of the function in s.yaml. */
  name: string;
  credential: Identity & { may(action: string, resource: string): boolean };
  /** `oss:GetObject acs:oss:*:*:originals/*`: each action and resource of the policy. */
  grants: string[];
  /** Those of them that were needed since the start. */
  used: Set<string>;
}

export const policiesFolder = join(import.meta.dirname, '../ram');

export async function readRoles({
  functions,
  vars,
}: ServiceDefinition): Promise<Map<string, Role>> {
  const roles = functions.map(async ({ resource, name }) => {
    const grants = await grantsOf(resource, vars);
    return [name, openRole(resource, grants)] as const;
  });
  return new Map(await Promise.all(roles));
}

export async function grantsOf(resource: string, places: PlaceNames): Promise<string[]> {
  const policy = policySchema.parse(JSON.parse(await policyText(resource, places)));
  return policy.Statement.flatMap(({ Action, Resource }) =>
    Action.flatMap(action => Resource.map(pattern => `${action} ${pattern}`)),
  );
}

/** As RAM takes it. */
export async function policyText(name: string, places: PlaceNames): Promise<string> {
  const file = join(policiesFolder, `${name}.json`);
  return resolved(await readFile(file, 'utf8'), places, file);
}

export async function policyNames(): Promise<string[]> {
  return (await readdir(policiesFolder)).map(file => file.replace(/\.json$/, '')).sort();
}

export function resolved(text: string, places: PlaceNames, file: string): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (whole, name) => {
    const value = places[name];
    if (value !== undefined) return value;
    throw new Error(
      `${file}: expected one of ${Object.keys(places).join(', ')}, received ${whole}`,
    );
  });
}

export function openRole(name: string, grants: string[]): Role {
  const rules = grants.map(grant => ({ grant, pattern: patternOf(grant) }));
  const used = new Set<string>();
  const may = (action: string, resource: string) => {
    const rule = rules.find(({ pattern }) => pattern.test(`${action} ${resource}`));
    if (rule) used.add(rule.grant);
    return rule !== undefined;
  };
  return { name, credential: { ...newIdentity('STS.LOCAL'), may }, grants, used };
}

/** `*` stands for any text, slashes included. */
function patternOf(grant: string): RegExp {
  const literal = grant.split('*').map(text => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`, 's');
}
