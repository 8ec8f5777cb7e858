import type * as z from 'zod';
import { problemsIn } from '../../shared/core/list/problems.ts';
import { problemsBetween } from './checks.ts';
import { functionProps, type Resource, template } from './template.ts';

export interface Service {
  vars: z.infer<typeof template>['vars'];
  functions: Resource[];
}

/** From a resolved s.yaml: the functions, or every problem as a sentence with its place. */
export function readService(resolved: unknown): Service | { problems: string[] } {
  const outer = template.safeParse(resolved, { reportInput: true });
  if (!outer.success) return { problems: sentences(outer.error.issues, resolved, []) };
  const left = unresolved(resolved, '');
  if (left.length > 0) return { problems: left };
  const { vars, resources } = outer.data;
  const functions: Resource[] = [];
  const problems: string[] = [];
  for (const [key, { component, props }] of Object.entries(resources)) {
    if (!isFunctionComponent(component)) continue;
    problems.push(...unpinned(component, key));
    const read = functionProps.safeParse(props);
    if (read.success) functions.push({ key, props: read.data });
    else problems.push(...sentences(read.error.issues, props, ['resources', key, 'props']));
  }
  if (problems.length === 0) problems.push(...problemsBetween(functions));
  return problems.length > 0 ? { problems } : { vars, functions };
}

/** `access` takes no variable, and `config('AccountID')` is one of the moment: both would be deployed as they stand. */
function unresolved(value: unknown, place: string): string[] {
  if (typeof value === 'string') {
    if (!value.includes('${')) return [];
    return [`${place}: expected a value that Serverless Devs resolves, received ${value}`];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    unresolved(inner, place ? `${place}.${key}` : key),
  );
}

/** A path is a stand-in for fc3, as `FC_COMPONENT` puts it there for `s verify` without a network. */
function isFunctionComponent(component: string): boolean {
  return /^(devsapp\/)?fc3(@.+)?$/.test(component) || /^[./]/.test(component);
}

/** Two operators would else deploy with different components, whichever is the newest that day. */
function unpinned(component: string, key: string): string[] {
  if (/^[./]/.test(component) || /@\d+\.\d+\.\d+$/.test(component)) return [];
  return [
    `resources.${key}.component: expected one version of fc3, such as fc3@0.1.25, received ${component}`,
  ];
}

type Issues = Parameters<typeof problemsIn>[0];

function sentences(issues: Issues, value: unknown, place: string[]): string[] {
  return problemsIn(issues, value).map(({ path, isKey, message }) => {
    const where = [...place, ...(isKey ? path.slice(0, -1) : path).map(String)].join('.');
    return `${where || 'the top level'}: ${message}`;
  });
}
