import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FunctionDefinition } from '../service-definition.ts';
import type { Cores } from './cores.ts';
import type { FunctionError, WireContext } from './invocation.ts';
import { type Breach, explainEnd, type Limits, watchLimits } from './limits.ts';
import { type OnLine, openOutput } from './output.ts';

interface Request {
  event: Buffer;
  context: WireContext;
}

export interface Reply {
  functionError?: FunctionError;
  payload: Buffer;
  milliseconds: number;
  peakMemoryMB: number;
}

/** One process of one function; it takes one request at a time. */
export interface Instance {
  functionName: string;
  alive(): boolean;
  run(request: Request, onLine: OnLine): Promise<Reply>;
  /** At once, whatever it does; resolves when the process is gone. */
  end(): Promise<void>;
  onceGone(listener: () => void): void;
}

type Message =
  | { kind: 'ready' }
  | {
      kind: 'answer';
      functionError?: FunctionError;
      payload: Uint8Array;
      memory: number;
      unusable?: true;
    };

interface Line {
  child: ChildProcess;
  /** The next message, or nothing when the process is gone. */
  next(): Promise<Message | undefined>;
  alive(): boolean;
  isStopped(): boolean;
}

const RUNTIME = fileURLToPath(new URL('./runtime.mjs', import.meta.url));
/** FC counts loading apart from the function's own time limit. */
const LOADING_SECONDS = 30;
const MB = 1024 * 1024;

export function startInstance(
  definition: FunctionDefinition,
  environment: Record<string, string>,
  cores: Pick<Cores, 'lend' | 'isStopped'>,
): Instance {
  const mark = `\u001e${randomUUID()}`;
  const line = openLine(launch(definition, environment, mark), cores);
  // Loading has a time limit of its own, and is over soon.
  if (isBulky(definition)) line.child.once('message', () => cores.lend(line.child));
  const output = openOutput(line.child, mark);
  let loaded = false;
  return {
    functionName: definition.name,
    alive: line.alive,
    async run(request, onLine) {
      const lines = output.begin(onLine);
      const loading = { ...definition, timeoutSeconds: LOADING_SECONDS };
      const start = loaded ? undefined : await within(line, loading, line.next());
      loaded = true;
      const reply = start?.died ? start : await exchange(line, definition, request);
      await lines.complete();
      if (reply.unusable) await end(line);
      return toReply(reply, start?.died ? loading : definition);
    },
    end: () => end(line),
    onceGone: listener => void line.child.once('exit', listener),
  };
}

function launch(
  { code, handler }: FunctionDefinition,
  env: Record<string, string>,
  mark: string,
): ChildProcess {
  return fork(RUNTIME, [code, handler, mark], {
    env,
    // The host may run under tsx or a test runner; an instance runs under nothing.
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

/** What has a share of its own and computes. One that mostly waits for OSS and the CDN is in nobody's way. */
function isBulky({ reservedConcurrency, vCpus }: FunctionDefinition): boolean {
  return reservedConcurrency !== undefined && vCpus >= 1;
}

function openLine(child: ChildProcess, { isStopped }: Pick<Cores, 'isStopped'>): Line {
  let gone = false;
  let tell: (message: Message | undefined) => void = () => {};
  const leave = () => {
    gone = true;
    tell(undefined);
  };
  child.on('message', message => tell(message as Message));
  child.once('exit', leave);
  child.on('error', leave);
  return {
    child,
    alive: () => !gone,
    isStopped: () => isStopped(child),
    next() {
      if (gone) return Promise.resolve(undefined);
      return new Promise(resolve => {
        tell = resolve;
      });
    },
  };
}

interface Exchange {
  answer?: Message & { kind: 'answer' };
  died: boolean;
  breach?: Breach;
  unusable: boolean;
  milliseconds: number;
  peakMemoryMB: number;
}

async function exchange(line: Line, limits: Limits, request: Request): Promise<Exchange> {
  const answer = line.next();
  // A failure to send is the end of the process, and told as that.
  if (line.alive()) line.child.send({ ...request }, () => {});
  return within(line, limits, answer);
}

async function within(
  { child, isStopped }: Line,
  limits: Limits,
  wanted: Promise<Message | undefined>,
): Promise<Exchange> {
  const started = performance.now();
  let breach: Breach | undefined;
  const watch = watchLimits({ pid: child.pid ?? 0, isStopped }, limits, kind => {
    breach ??= kind;
    child.kill('SIGKILL');
  });
  const message = await wanted;
  watch.stop();
  const answer = message?.kind === 'answer' ? message : undefined;
  return {
    ...(answer && { answer }),
    ...(breach && { breach }),
    died: message === undefined,
    // It may answer in the moment in which it is killed.
    unusable: breach !== undefined || isUnusable(answer),
    milliseconds: Math.round(performance.now() - started),
    peakMemoryMB: Math.max(watch.peakMemoryMB(), (answer?.memory ?? 0) / MB),
  };
}

function isUnusable(answer?: Exchange['answer']): boolean {
  return answer?.unusable === true || answer?.functionError === 'UnhandledInvocationError';
}

function toReply(exchange: Exchange, limits: Limits): Reply {
  const { answer, milliseconds } = exchange;
  const peakMemoryMB = Math.round(exchange.peakMemoryMB * 100) / 100;
  if (answer === undefined) {
    const payload = Buffer.from(JSON.stringify(explainEnd(exchange, limits)));
    return { functionError: 'UnhandledInvocationError', payload, milliseconds, peakMemoryMB };
  }
  const { functionError } = answer;
  const payload = Buffer.from(answer.payload);
  return { ...(functionError && { functionError }), payload, milliseconds, peakMemoryMB };
}

async function end({ child, alive }: Line): Promise<void> {
  if (!alive()) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
