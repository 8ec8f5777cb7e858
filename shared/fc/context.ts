import * as z from 'zod';
import { Failure } from '../core/failure.ts';

/**
 * What FC 3.0 hands a Node.js handler beside the event. Credentials are those of the function's role, absent
 * without one. https://www.alibabacloud.com/help/en/functioncompute/fc/context-1-1
 */
const contextSchema = z.looseObject({
  requestId: z.string(),
  credentials: z.looseObject({
    accessKeyId: z.string().min(1),
    accessKeySecret: z.string().min(1),
    securityToken: z.string().optional(),
  }),
  function: z.looseObject({ name: z.string(), timeout: z.coerce.number().positive() }),
  /** FC's documents do not name it; its Node.js runtime sets it. */
  retryCount: z.coerce.number().int().min(0).optional(),
});

export type Context = z.infer<typeof contextSchema> & {
  /** The event was given up before; since when `darkroom replay` hands it over again, ISO-8601. */
  replayedAt?: string;
};

export function readContext(context: unknown): Context {
  const parsed = contextSchema.safeParse(context);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw new Failure(
    'SETTINGS_INVALID',
    `expected FC's context with a role's credentials, missing or wrong: ${places}`,
  );
}

/** Time for the commit and the reply once the work is stopped. */
export const RESERVE_MS = 5_000;

/** When to stop starting work. FC kills an instance at its timeout without a word. */
export function deadlineOf(context: Context, startedAt: Date): Date {
  const milliseconds = context.function.timeout * 1000;
  return new Date(startedAt.getTime() + Math.max(milliseconds / 2, milliseconds - RESERVE_MS));
}

/** Time to say that the store was silent. */
const LAST_WORDS_MS = 1_500;

/** When to give up what was started: a call that takes longer is killed with the instance, and nobody hears why. */
export function giveUpAt(context: Context, startedAt: Date): Date {
  const milliseconds = context.function.timeout * 1000;
  return new Date(startedAt.getTime() + Math.max(milliseconds / 2, milliseconds - LAST_WORDS_MS));
}
