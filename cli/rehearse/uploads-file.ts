import { readFile } from 'node:fs/promises';
import { CsvError, type InfoRecord, parse } from 'csv-parse/sync';
import { Failure } from '../../shared/core/failure.ts';
import { whyUnread } from '../terminal/unread.ts';

type Row = { record: Record<string, string>; info: InfoRecord };

/** A month: what is simulated grows with it, and nothing beyond is learnt. */
const MOST_MINUTES = 31 * 1440;

/** Uploads in each minute: the column `uploads`; `minute`, where there is one, rises by one with each row. */
export async function uploadsFrom(file: string): Promise<number[]> {
  const rows = rowsOf(await read(file), file);
  const first = rows[0];
  if (!first) throw invalid(file, 2, 'a row for each minute, received none');
  if (!('uploads' in first.record)) {
    const names = Object.keys(first.record).join(', ');
    throw invalid(file, 1, `a column named uploads, received ${names}`);
  }
  if (rows.length > MOST_MINUTES) {
    throw invalid(file, rows[MOST_MINUTES]?.info.lines ?? 1, `at most ${MOST_MINUTES} minutes`);
  }
  return rows.map((row, at) => {
    checkMinute(row, { first, at, file });
    return uploadsIn(row, file);
  });
}

async function read(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const message = `expected uploads a minute in CSV at ${file} (--uploads), ${whyUnread(cause)}`;
    throw new Failure('SETTINGS_INVALID', message, { cause });
  });
}

function rowsOf(text: string, file: string): Row[] {
  const options = { columns: true, info: true, bom: true, trim: true, skip_empty_lines: true };
  try {
    return parse(text, options) as unknown as Row[];
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const lines = Number((cause as CsvError & { lines?: number }).lines ?? 1);
    throw invalid(file, lines, `CSV: ${cause.message}`);
  }
}

function uploadsIn({ record, info }: Row, file: string): number {
  const text = record.uploads ?? '';
  if (/^\d+$/.test(text) && Number(text) <= 1e9) return Number(text);
  throw invalid(file, info.lines, `the uploads of a minute, a whole number, received “${text}”`);
}

interface Place {
  first: Row;
  at: number;
  file: string;
}

function checkMinute({ record, info }: Row, { first, at, file }: Place): void {
  if (record.minute === undefined) return;
  const expected = Number(first.record.minute) + at;
  if (Number(record.minute) === expected) return;
  const next = Number.isNaN(expected) ? 'a number' : String(expected);
  throw invalid(file, info.lines, `minute ${next}, received “${record.minute}”`);
}

function invalid(file: string, line: number, what: string): Failure {
  return new Failure('SETTINGS_INVALID', `${file}:${line}: expected ${what}`);
}
