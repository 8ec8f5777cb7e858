/**
 * `input`: this original's or variant's fault, recorded and acknowledged. `transient`: the moment's fault,
 * thrown so that FC retries it. `fault`: ours (configuration, rights, a bug), thrown so that it ends in the
 * failure destination and can be replayed after the repair.
 */
export type FailureKind = 'input' | 'transient' | 'fault';

const KINDS = {
  KEY_UNUSABLE: 'input',
  ORIGINAL_ARCHIVED: 'input',
  ORIGINAL_CRASHED: 'input',
  ORIGINAL_EMPTY: 'input',
  ORIGINAL_TOO_LARGE: 'input',
  ORIGINAL_UNDECODABLE: 'input',
  ORIGINAL_UNSUPPORTED: 'input',
  PICTURE_WITHHELD: 'input',
  VARIANT_UNRENDERABLE: 'input',
  DEADLINE: 'transient',
  DECODER_LATE: 'transient',
  MODERATOR_UNAVAILABLE: 'transient',
  ORIGINAL_CHANGED: 'transient',
  PURGE_BUSY: 'transient',
  QUEUE_BUSY: 'transient',
  RUN_TAKEN_OVER: 'transient',
  SETUP_BUSY: 'transient',
  STORE_UNAVAILABLE: 'transient',
  EVENT_UNREADABLE: 'fault',
  MODERATOR_DENIED: 'fault',
  PRESETS_INVALID: 'fault',
  PURGE_DENIED: 'fault',
  SETTINGS_INVALID: 'fault',
  QUEUE_DENIED: 'fault',
  SETUP_DENIED: 'fault',
  STORE_DENIED: 'fault',
  UNEXPECTED: 'fault',
} as const satisfies Record<string, FailureKind>;

export type FailureCode = keyof typeof KINDS;
export const failureCodes = Object.keys(KINDS) as FailureCode[];

/** The one error of Darkroom: it knows its code, and so whose fault it is, from where it was made. */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly facts: Record<string, unknown>;

  constructor(
    code: FailureCode,
    message: string,
    { cause, ...facts }: { cause?: unknown; [fact: string]: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = code;
    this.code = code;
    this.facts = facts;
  }

  get kind(): FailureKind {
    return KINDS[this.code];
  }
}

/** Whatever was thrown, as a Failure: what nobody classified is our fault until someone does. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new Failure('UNEXPECTED', message, { cause: thrown });
}
