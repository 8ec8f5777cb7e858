import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { FunctionHostOptions } from '../../../local/function-host/host.ts';

const program = `
import { startFunctionHost } from '${new URL('../../../local/function-host/host.ts', import.meta.url).href}';
const { options, events } = JSON.parse(process.argv[1]);
const host = await startFunctionHost({ ...options, credentials: () => ({ accessKeyId: 'i', accessKeySecret: 's' }) });
for (const [name, payload] of events) {
  await host.invokeAsync(name, Buffer.from(payload));
  process.stdout.write(payload + '\\n');
}
process.stdout.write('all\\n');
`;

const output = new WeakMap<ChildProcess, string>();

/** A host in a process of its own, which has accepted all events: names of functions and payloads. */
export async function hostProcess(
  { service, dataDir, maxInstances, retryBaseMs }: FunctionHostOptions,
  events: [string, string][],
): Promise<ChildProcess> {
  const options = { service, dataDir, maxInstances, retryBaseMs };
  const flags = ['--import', 'tsx', '--input-type=module', '-e', program];
  const child = spawn(process.execPath, [...flags, JSON.stringify({ options, events })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>(resolve => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.set(child, (output.get(child) ?? '') + text);
      if (output.get(child)?.includes('all\n')) resolve();
    });
  });
  return child;
}

/** The events that the host said it had accepted, once it is dead. */
export async function accepted(child: ChildProcess): Promise<string[]> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return (output.get(child) ?? '').split('\n').filter(line => line.startsWith('event'));
}
