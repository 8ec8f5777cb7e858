/** Lines out of chunks, without a copy of any that does not lie in two of them. */

/** Referers and User-Agents are the client's; CDNs cut what is longer than some 8 kB a header. */
export const MOST_LINE_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

export interface LineReader {
  /** Bytes of one line are those of `bytes` from `start` to `end`, and good until the call ends. */
  line(bytes: Buffer, start: number, end: number): void;
  /** One of more bytes than anybody holds. */
  tooLong(): void;
}

export interface Lines {
  push(chunk: Buffer): void;
  /** What comes last, without an end of line. */
  end(): void;
}

/** However the bytes are cut into chunks, the lines are the same. */
export function linesFor(reader: LineReader): Lines {
  const carried = Buffer.allocUnsafe(MOST_LINE_BYTES);
  let length = 0;
  let isTooLong = false;
  const carry = (chunk: Buffer, start: number, end: number) => {
    isTooLong ||= length + end - start > MOST_LINE_BYTES;
    if (!isTooLong) length += chunk.copy(carried, length, start, end);
  };
  const finish = () => {
    if (isTooLong) reader.tooLong();
    else reader.line(carried, 0, length);
    length = 0;
    isTooLong = false;
  };
  return {
    push: chunk => {
      let start = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
        if (length > 0 || isTooLong) {
          carry(chunk, start, at);
          finish();
        } else if (at - start > MOST_LINE_BYTES) reader.tooLong();
        else reader.line(chunk, start, at);
        start = at + 1;
      }
      carry(chunk, start, chunk.length);
    },
    end: () => {
      if (length > 0 || isTooLong) finish();
    },
  };
}
