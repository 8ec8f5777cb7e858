import { Cron, type CronOptions } from 'croner';
import type { FunctionHost } from './function-host/host.ts';
import type { Happening } from './function-host/invocation.ts';
import type { ServiceDefinition, TimerTriggerDefinition } from './service-definition.ts';

export interface TimersOptions {
  service: ServiceDefinition;
  host: Pick<FunctionHost, 'invokeAsync' | 'queued'>;
  tell: (happening: Happening) => void;
}

export interface Timers {
  close(): void;
}

/** The timer triggers of s.yaml. While a trigger's former event is under way, its times pass by. */
export function startTimers({ service, host, tell }: TimersOptions): Timers {
  const crons = service.functions.flatMap(({ name, triggers }) =>
    triggers
      .filter(trigger => trigger.type === 'timer')
      .filter(({ enabled }) => enabled)
      .map(trigger => {
        const about = { function: name, requestId: '', attempt: 0, stream: 'host' } as const;
        return schedule(trigger, {
          run: () => fire(host, name, trigger),
          failed: thrown =>
            tell({ kind: 'log', ...about, line: `timer ${trigger.name}: ${String(thrown)}` }),
        });
      }),
  );
  return {
    close() {
      for (const cron of crons) cron.stop();
    },
  };
}

async function fire(
  host: TimersOptions['host'],
  functionName: string,
  { name, payload }: TimerTriggerDefinition,
): Promise<void> {
  if (host.queued(functionName, name) > 0) return;
  const triggerTime = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const event = { triggerTime, triggerName: name, payload };
  await host.invokeAsync(functionName, Buffer.from(JSON.stringify(event)), name);
}

function schedule(
  { name, cron }: TimerTriggerDefinition,
  { run, failed }: { run: () => Promise<void>; failed: (thrown: unknown) => void },
): Cron {
  const { pattern, options } = patternOf(cron);
  try {
    return new Cron(pattern, { ...options, catch: failed }, run);
  } catch (cause) {
    throw new Error(`timer ${name}: expected a cron expression, received ${cron}`, { cause });
  }
}

/** UTC unless it says otherwise: https://www.alibabacloud.com/help/en/functioncompute/fc/time-triggers */
function patternOf(cron: string): { pattern: string; options: CronOptions } {
  const [, minutes] = /^@every (\d+)m$/.exec(cron) ?? [];
  if (minutes !== undefined) {
    const interval = Number(minutes) * 60;
    const startAt = new Date(Date.now() + interval * 1000);
    return { pattern: '* * * * * *', options: { interval, startAt } };
  }
  const [, zone, fields] = /^(?:CRON_TZ=(\S+) )?(.+)$/.exec(cron) ?? [];
  return { pattern: fields ?? cron, options: { timezone: zone ?? 'UTC', mode: '6-part' } };
}
