import type { Plant } from '../world.ts';

/** Of messages, and of who answers them. */

interface OssRecord {
  oss: { object: { key: string } };
}

/** Another payload: what the simulation parses is frozen. */
function decoded(event: Buffer): Buffer {
  const payload = JSON.parse(event.toString('utf8'));
  const events = payload.events?.map((record: OssRecord) => {
    const { object } = record.oss;
    const key = decodeURIComponent(object.key.replaceAll('+', ' '));
    return { ...record, oss: { ...record.oss, object: { ...object, key } } };
  });
  return Buffer.from(JSON.stringify({ ...payload, events }));
}

export const notRethrown =
  (which: string): NonNullable<Plant['handler']> =>
  (name, real) =>
  async (event, invocation) =>
    name === which
      ? await real(event, invocation).catch(() => undefined)
      : await real(event, invocation);

export const urlDecoded: NonNullable<Plant['handler']> =
  (name, real) => async (event, invocation) =>
    await real(name === 'on-object-changed' ? decoded(event) : event, invocation);

/** Hands a sweep's finds to nobody. */
export const sweepHandsNothing: NonNullable<Plant['handler']> =
  (name, real) => async (event, invocation) =>
    await real(
      event,
      name === 'sweep'
        ? {
            ...invocation,
            queue: () => ({ submit: async () => 'accepted', invoke: async () => undefined }),
          }
        : invocation,
    );

/** A bug in a function that nobody waits for: what it throws is no failure of ours. */
export const throwsAnError: NonNullable<Plant['handler']> =
  (name, real) => async (event, invocation) => {
    if (name === 'backfill') throw new TypeError('expected a function');
    return await real(event, invocation);
  };
