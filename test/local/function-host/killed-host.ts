import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { FunctionHostOptions } from '../../../local/function-host/host.ts';

const program = `
import { startFunctionHost } from '${new URL('../../../local/function-host/host.ts', import.meta.url).href}';
const { options, count } = JSON.parse(process.argv[1]);
const host = await startFunctionHost({ ...options, credentials: () => ({ accessKeyId: 'i', accessKeySecret: 's' }) });
for (let n = 0; n < count; n++) {
  await host.invokeAsync('note', Buffer.from('event ' + n));
  process.stdout.write('event ' + n + '\\n');
}
await host.invokeAsync('loop', Buffer.from('x'));
process.stdout.write('all\\n');
`;

const output = new WeakMap<ChildProcess, string>();

/** A host in a process of its own, which has queued the events, and one that never ends, when this answers. */
export async function hostProcess(
  { service, dataDir, maxInstances, retryBaseMs }: FunctionHostOptions,
  count: number,
): Promise<ChildProcess> {
  const options = { service, dataDir, maxInstances, retryBaseMs };
  const program_ = ['--import', 'tsx', '--input-type=module', '-e', program];
  const child = spawn(process.execPath, [...program_, JSON.stringify({ options, count })], {
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
