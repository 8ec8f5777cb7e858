import { Failure } from '../../shared/core/failure.ts';
import type { Hash } from './hashing.ts';

/** The day that each original was uploaded on, ten bytes an original: what a log does not tell. */
export interface UploadDays {
  /** The earliest that is told counts. */
  add(key: Hash, day: number): void;
  /** Days since 1970; undefined of who was never added. */
  of(key: Hash): number | undefined;
  size(): number;
}

/** A gigabyte and a half of table. */
const MOST = 100e6;
const FIRST_SLOTS = 1024;
const NONE = 0;

interface Table {
  high: Uint32Array;
  low: Uint32Array;
  /** Of 1970 and one more, so that 0 is nothing. */
  day: Uint16Array;
  mask: number;
}

function newTable(slots: number): Table {
  const mask = slots - 1;
  return {
    high: new Uint32Array(slots),
    low: new Uint32Array(slots),
    day: new Uint16Array(slots),
    mask,
  };
}

export function uploadDays(most: number = MOST): UploadDays {
  let table = newTable(FIRST_SLOTS);
  let size = 0;
  const grow = () => {
    const old = table;
    table = newTable((old.mask + 1) * 2);
    for (let slot = 0; slot <= old.mask; slot += 1) {
      const day = old.day[slot] ?? NONE;
      if (day !== NONE) put(table, { high: old.high[slot] ?? 0, low: old.low[slot] ?? 0 }, day);
    }
  };
  return {
    add: (key, day) => {
      if (put(table, key, Math.min(Math.max(day + 1, 1), 0xffff))) size += 1;
      if (size > most) {
        const message = `expected an inventory of at most ${most.toLocaleString('en')} originals, received more: take one of a prefix`;
        throw new Failure('SETTINGS_INVALID', message);
      }
      if (size * 4 > table.mask * 3) grow();
    },
    of: key => {
      const day = table.day[slotOf(table, key)] ?? NONE;
      return day === NONE ? undefined : day - 1;
    },
    size: () => size,
  };
}

/** Whether it is new. */
function put(table: Table, key: Hash, day: number): boolean {
  const slot = slotOf(table, key);
  const before = table.day[slot] ?? NONE;
  table.high[slot] = key.high;
  table.low[slot] = key.low;
  table.day[slot] = before === NONE ? day : Math.min(before, day);
  return before === NONE;
}

/** Its own, or the free one that it would have. */
function slotOf({ high, low, day, mask }: Table, key: Hash): number {
  let slot = key.high & mask;
  while (day[slot] !== NONE && (high[slot] !== key.high || low[slot] !== key.low)) {
    slot = (slot + 1) & mask;
  }
  return slot;
}
