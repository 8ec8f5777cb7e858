import { join } from 'node:path';
import { readServiceDefinition, type ServiceDefinition } from '../../local/service-definition.ts';
import { environment } from './connection.ts';

const FILE = join(import.meta.dirname, '../../s.yaml');

/** s.yaml as the environment resolves it, and what is known better. */
export async function declaredService(
  known: Record<string, string> = {},
): Promise<ServiceDefinition> {
  return await readServiceDefinition(FILE, { ...environment(), ...known });
}
