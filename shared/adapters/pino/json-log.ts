import pino from 'pino';
import type { Log } from '../../ports.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One JSON line for each happening, written before the call returns: FC freezes an instance without notice. */
export function jsonLog(level: LogLevel, bindings: Record<string, unknown>): Log {
  const logger = pino(
    {
      level,
      base: bindings,
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: 'event',
      formatters: { level: label => ({ level: label }) },
    },
    pino.destination({ fd: 1, sync: true }),
  );
  return {
    debug: (event, facts) => logger.debug(facts, event),
    info: (event, facts) => logger.info(facts, event),
    warn: (event, facts) => logger.warn(facts, event),
    error: (event, facts) => logger.error(facts, event),
  };
}
