/** An event that `darkroom replay` hands over again says so, and since when; it is otherwise as it was. */

const HEAD = /^\{"kind":"darkroom\.replay","at":"([^"]{20,30})","event":/;
/** The head is shorter. */
const HEAD_BYTES = 100;
const END = '}';

/** As it was where it is no JSON: nothing can be put around it then. One that was handed over before says so once. */
export function replayedEvent(message: Buffer, at: Date): Buffer {
  const { event: payload } = unpackedEvent(message);
  try {
    JSON.parse(payload.toString('utf8'));
  } catch {
    // Whoever reads it says what is wrong with it.
    return message;
  }
  const head = `{"kind":"darkroom.replay","at":"${at.toISOString()}","event":`;
  return Buffer.concat([Buffer.from(head), payload, Buffer.from(END)]);
}

/** The event itself and, where it is handed over again, since when: ISO-8601. */
export function unpackedEvent(payload: Buffer): { event: Buffer; replayedAt?: string } {
  const [head, replayedAt] = HEAD.exec(payload.toString('latin1', 0, HEAD_BYTES)) ?? [];
  if (head === undefined || replayedAt === undefined) return { event: payload };
  return { event: payload.subarray(head.length, -END.length), replayedAt };
}
