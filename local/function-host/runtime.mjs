/**
 * Runs inside one instance: loads the handler, then answers one request at a time over IPC.
 * Plain JavaScript, so that an instance starts in tens of milliseconds.
 */
import { Console } from 'node:console';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

const [code, setting, endOfRequest] = process.argv.slice(2);
const separator = setting.lastIndexOf('.');
const write = {
  stdout: process.stdout.write.bind(process.stdout),
  stderr: process.stderr.write.bind(process.stderr),
};
const send = process.send.bind(process);
const logger = new Console(process.stdout, process.stderr);
let initialized;
let current;

// Ctrl-C reaches the whole process group, but the host decides when an instance ends.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());
process.on('uncaughtException', error => {
  logger.error(error);
  if (current === undefined) process.exit(1);
  answer({ functionError: 'UnhandledInvocationError', payload: describe(error) }, () =>
    process.exit(1),
  );
});
process.on('message', request => {
  void serve(request).then(answer);
});
dieWithTheHost();
const loading = load();
const ready = () => send({ kind: 'ready' });
void loading.then(ready, ready);

/** A busy loop never hears of the disconnect, so a second thread looks whether the host still lives. */
function dieWithTheHost() {
  const look = `const host = process.ppid;
    setInterval(() => process.ppid === host || process.kill(process.pid, 'SIGKILL'), 500);`;
  new Worker(look, { eval: true, env: {}, execArgv: [] }).unref();
}

async function load() {
  const base = join(code, setting.slice(0, separator));
  const file = [`${base}.mjs`, `${base}.js`].find(existsSync);
  if (file === undefined) throw new Error(`Expected ${base}.mjs or ${base}.js; has it been built?`);
  const loaded = await import(pathToFileURL(file).href);
  const exported = { ...loaded.default, ...loaded };
  const handler = exported[setting.slice(separator + 1)];
  if (typeof handler !== 'function')
    throw new TypeError(`${file} exports no function for ${setting}`);
  return { handler, initialize: exported.initialize };
}

async function serve(request) {
  current = request.context.requestId;
  const context = { ...request.context, logger, tracing: {} };
  let handler;
  try {
    const loaded = await loading;
    handler = loaded.handler;
    initialized ??= loaded.initialize?.(context) ?? true;
    await initialized;
  } catch (error) {
    return { functionError: 'UnhandledInvocationError', payload: describe(error), unusable: true };
  }
  try {
    const result = await handler(Buffer.from(request.event), context);
    return { payload: Buffer.from(JSON.stringify(result) ?? 'null') };
  } catch (error) {
    return { functionError: 'HandledInvocationError', payload: describe(error) };
  }
}

/** The marks tell the host that no more lines of this request are on their way. */
function answer(outcome, sent = () => {}) {
  const requestId = current;
  if (requestId === undefined) return;
  current = undefined;
  const memory = process.memoryUsage.rss();
  write.stdout(`${endOfRequest}\n`, () =>
    write.stderr(`${endOfRequest}\n`, () =>
      send({ kind: 'answer', requestId, memory, ...outcome }, sent),
    ),
  );
}

function describe(error) {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const payload = { errorType: name, errorMessage: message, stackTrace: String(stack).split('\n') };
  return Buffer.from(JSON.stringify(payload));
}
