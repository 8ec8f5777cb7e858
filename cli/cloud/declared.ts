import { join } from 'node:path';
import {
  type FunctionDefinition,
  readServiceDefinition,
  type ServiceDefinition,
} from '../../local/service-definition.ts';
import { environment } from '../terminal/environment.ts';

const FILE = join(import.meta.dirname, '../../s.yaml');

/** s.yaml as the environment resolves it, and what is known better. */
export async function declaredService(
  known: Record<string, string> = {},
): Promise<ServiceDefinition> {
  return await readServiceDefinition(FILE, { ...environment(), ...known });
}

/** By its name in s.yaml. */
export function functionIn(
  { functions }: Pick<ServiceDefinition, 'functions'>,
  resource: string,
): FunctionDefinition {
  const found = functions.find(one => one.resource === resource);
  if (!found) throw new Error(`expected a function ${resource} in s.yaml, found none`);
  return found;
}
