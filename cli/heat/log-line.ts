/**
 * One line of Alibaba CDN's offline log, read from its bytes: 10^8 of them make a day.
 *
 *     [9/Jun/2015:01:58:09 +0800] 192.168.15.75 - 1542 "-" "GET http://www.example.com/index.html" 200 191 2830 MISS "Mozilla/5.0 (…)" "text/html"
 *
 * https://www.alibabacloud.com/help/en/cdn/user-guide/download-offline-logs
 */

export interface LogLine {
  /** Hours since 1970, and days in China, as its logs and inventories are told by. */
  hour: number;
  day: number;
  isGet: boolean;
  status: number;
  /** Of the answer. */
  bytes: number;
  isHit: boolean;
  /** Of the URL, where it lies in the line's bytes; the host is before the path, the path without its first slash. */
  hostStart: number;
  hostEnd: number;
  pathStart: number;
  pathEnd: number;
}

export function newLogLine(): LogLine {
  const zeros = { hour: 0, day: 0, status: 0, bytes: 0 };
  const places = { hostStart: 0, hostEnd: 0, pathStart: 0, pathEnd: 0 };
  return { ...zeros, ...places, isGet: false, isHit: false };
}

const SPACE = 0x20;
const QUOTE = 0x22;
const SLASH = 0x2f;
const COLON = 0x3a;
const ZERO = 0x30;
const [OPEN, CLOSE, PLUS, MINUS] = [0x5b, 0x5d, 0x2b, 0x2d];
const [UPPER_A, UPPER_Z, UPPER_H] = [0x41, 0x5a, 0x48];
const [HASH, QUESTION] = [0x23, 0x3f];
const GET = 3;

/** Into `into`, which is the caller's own and used again for the next; false of what is no such line. */
export function readLogLine(bytes: Buffer, start: number, end: number, into: LogLine): boolean {
  const time = readTime(bytes, start, end, into);
  if (time < 0) return false;
  const referer = afterSpaces(bytes, time, end, 4);
  if (referer < 0 || bytes[referer] !== QUOTE) return false;
  const request = requestStart(bytes, referer + 1, end);
  if (request < 0) return false;
  const numbers = readRequest(bytes, request, end, into);
  return numbers >= 0 && readNumbers(bytes, numbers, end, into);
}

const MONTHS = new Map(
  ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'].map(
    (name, month) => [packed(Buffer.from(name), 0), month],
  ),
);

function packed(bytes: Buffer, at: number): number {
  const [a = 0, b = 0, c = 0] = [bytes[at], bytes[at + 1], bytes[at + 2]];
  return (a << 16) | (b << 8) | c | 0x202020;
}

/** The last one: lines of a log come by the hour. */
const last = { stamp: -1, zone: -1, hour: 0, day: 0 };
const HOUR_MS = 3600e3;
const CHINA_HOURS = 8;
/** What ISO-8601 writes with four digits, whatever is added to it. */
const [FIRST_YEAR, LAST_YEAR] = [2000, 9998];
const WIDEST_ZONE = 1400;

/** Answers where the time ends, behind its bracket; -1 of none. */
function readTime(bytes: Buffer, start: number, end: number, into: LogLine): number {
  if (bytes[start] !== OPEN) return -1;
  const slash = bytes[start + 2] === SLASH ? start + 2 : start + 3;
  const close = slash + 24;
  if (close >= end || bytes[slash] !== SLASH || bytes[slash + 4] !== SLASH) return -1;
  if (bytes[close] !== CLOSE || bytes[slash + 9] !== COLON) return -1;
  const date = number(bytes, start + 1, slash) * 10_000 + number(bytes, slash + 5, slash + 9);
  const month = packed(bytes, slash + 1);
  const hour = number(bytes, slash + 10, slash + 12);
  const zone = number(bytes, slash + 20, close) * (bytes[slash + 19] === MINUS ? -1 : 1);
  const stamp = (date * 0x1000000 + month) * 32 + hour;
  if (stamp !== last.stamp || zone !== last.zone) {
    if (!isTime(bytes, slash, hour) || !remember(date, month, hour, zone)) return -1;
    last.stamp = stamp;
    last.zone = zone;
  }
  into.hour = last.hour;
  into.day = last.day;
  return close + 1;
}

function isTime(bytes: Buffer, slash: number, hour: number): boolean {
  const sign = bytes[slash + 19];
  return hour >= 0 && hour < 24 && bytes[slash + 12] === COLON && (sign === PLUS || sign === MINUS);
}

function remember(date: number, name: number, hour: number, zone: number): boolean {
  const month = MONTHS.get(name);
  const [day, year] = [Math.floor(date / 10_000), date % 10_000];
  if (month === undefined || !(year >= FIRST_YEAR && year <= LAST_YEAR)) return false;
  const local = Date.UTC(year, month, day, hour);
  if (new Date(local).getUTCDate() !== day || !(Math.abs(zone) <= WIDEST_ZONE)) return false;
  const offset = Math.trunc(zone / 100) + (zone % 100) / 60;
  const hours = local / HOUR_MS - offset;
  last.hour = Math.floor(hours);
  last.day = Math.floor((hours + CHINA_HOURS) / 24);
  return true;
}

/** Behind so many spaces; client, proxy and time of the answer have none. */
function afterSpaces(bytes: Buffer, from: number, end: number, spaces: number): number {
  let seen = 0;
  for (let at = from; at < end; at += 1) {
    if (bytes[at] === SPACE) seen += 1;
    if (seen === spaces) return at + 1;
  }
  return -1;
}

/** A referer may hold quotes: it ends where a method follows. */
function requestStart(bytes: Buffer, from: number, end: number): number {
  for (let at = bytes.indexOf(QUOTE, from); at >= 0 && at + 4 < end; ) {
    const method = bytes[at + 3] ?? 0;
    const isEnd = bytes[at + 1] === SPACE && bytes[at + 2] === QUOTE;
    if (isEnd && method >= UPPER_A && method <= UPPER_Z) return at + 3;
    at = bytes.indexOf(QUOTE, at + 1);
  }
  return -1;
}

/** Method and URL; answers where the numbers behind them begin. A quote in a URL ends it only before a status. */
function readRequest(bytes: Buffer, start: number, end: number, into: LogLine): number {
  const space = bytes.indexOf(SPACE, start);
  if (space < 0 || space >= end) return -1;
  into.isGet = space - start === GET && packed(bytes, start) === GET_PACKED;
  for (let at = bytes.indexOf(QUOTE, space); at >= 0 && at + 2 < end; ) {
    const digit = (bytes[at + 2] ?? 0) - ZERO;
    if (bytes[at + 1] === SPACE && digit >= 1 && digit <= 5) {
      return readUrl(bytes, space + 1, at, into) ? at + 2 : -1;
    }
    at = bytes.indexOf(QUOTE, at + 1);
  }
  return -1;
}

const GET_PACKED = packed(Buffer.from('get'), 0);

function readUrl(bytes: Buffer, start: number, end: number, into: LogLine): boolean {
  const colon = bytes.indexOf(COLON, start);
  if (colon < 0 || bytes[colon + 1] !== SLASH || bytes[colon + 2] !== SLASH) return false;
  const slash = bytes.indexOf(SLASH, colon + 3);
  if (slash < 0 || slash >= end) return false;
  let close = slash;
  while (close < end && bytes[close] !== QUESTION && bytes[close] !== HASH) close += 1;
  into.hostStart = colon + 3;
  into.hostEnd = slash;
  into.pathStart = slash + 1;
  into.pathEnd = close;
  return true;
}

/** `200 191 2830 MISS`, and whatever follows. */
function readNumbers(bytes: Buffer, start: number, end: number, into: LogLine): boolean {
  const asked = bytes.indexOf(SPACE, start);
  const answered = bytes.indexOf(SPACE, asked + 1);
  const cache = bytes.indexOf(SPACE, answered + 1);
  if (asked < 0 || answered < 0 || cache < 0 || cache + 1 >= end) return false;
  into.status = number(bytes, start, asked);
  into.bytes = number(bytes, answered + 1, cache);
  into.isHit = bytes[cache + 1] === UPPER_H;
  return into.status >= 100 && into.status < 600 && into.bytes >= 0;
}

const MOST_DIGITS = 15;

/** NaN of what is none. */
function number(bytes: Buffer, start: number, end: number): number {
  if (end <= start || end - start > MOST_DIGITS) return Number.NaN;
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
