import { readInventory } from '../../shared/adapters/oss/inventory.ts';
import type { PresetList } from '../../shared/core/list/preset-list.ts';
import { type Cell, type Cells, cellsOf } from '../../shared/core/work/cells.ts';
import { type Heat, type HeatCell, perDay, sumOf, viewsOf } from '../../shared/core/work/heat.ts';
import type { ObjectStore } from '../../shared/ports.ts';
import type { Connection } from '../cloud/connection.ts';
import { inventoryAt } from '../cloud/inventory-place.ts';
import { countStored, type Stored, type StoredFile } from '../measure/stored.ts';
import { grouped, inColumns, volumeAsText } from '../terminal/figures.ts';

/** What is stored, by preset and format, and what the last heat says of it. */
export interface StoredBytes {
  rows: StoredRow[];
  /** Manifests, and what is no file of ours; null where only a heat tells. */
  besides: Stored['besides'];
  /** Of the log that views are from. */
  heat: Pick<Heat, 'from' | 'to' | 'hours' | 'presets'> | undefined;
}

interface StoredRow {
  /** Null: of no preset of the list in force. */
  preset: string | null;
  format: string;
  files: number;
  bytes: number;
  viewsPerDay: number | undefined;
  /** Different files that were looked at within the log, about. */
  seen: number | undefined;
}

interface Ground {
  connection: Pick<Connection, 'derivatives' | 'destinations' | 'names' | 'reader'>;
  list: PresetList;
  /** `manifest.json` of an OSS inventory of the derivatives bucket. */
  inventory: string | undefined;
  heat: Heat | undefined;
}

/**
 * By an inventory; else a local platform's bucket is listed. That of a deployment, which may have 10^9 files, is not: what
 * the heat read in its inventory is told.
 */
export async function storedBytes(ground: Ground): Promise<StoredBytes | undefined> {
  const { list, heat } = ground;
  const cells = cellsOf(list);
  const files = await filesOf(ground);
  const stored = files
    ? await countStored(files, cells, { now: new Date() })
    : heat && storedIn(heat, cells);
  if (!stored) return undefined;
  const rows = new Map<string, StoredRow>();
  for (const [index, cell] of cells.all.entries()) {
    const name = `${cell.preset} ${cell.format}`;
    const row = rows.get(name) ?? emptyRow(cell, heat);
    const ages = stored.cells[index] ?? [];
    row.files += sumOf(ages, one => one.files);
    row.bytes += sumOf(ages, one => one.bytes);
    rows.set(name, row);
  }
  const there = [...rows.values()].filter(row => row.files > 0 || (row.viewsPerDay ?? 0) > 0);
  there.sort((a, b) => b.bytes - a.bytes);
  const log = heat && {
    from: heat.from,
    to: heat.to,
    hours: heat.hours,
    presets: heat.presets,
  };
  return { rows: there, besides: stored.besides, heat: log };
}

function storedIn({ cells: told }: Heat, { all }: Cells): Stored | undefined {
  if (told.every(({ stored }) => stored === null)) return undefined;
  const cells = all.map(({ preset = null, format, width = null }) => {
    const isSame = (one: HeatCell) =>
      one.preset === preset && one.format === format && one.width === width;
    return told.find(isSame)?.stored ?? [];
  });
  return { cells, besides: null };
}

async function filesOf({
  connection,
  inventory,
}: Ground): Promise<AsyncIterable<StoredFile> | undefined> {
  const { derivatives, destinations, names, reader } = connection;
  if (inventory !== undefined) {
    const { open, manifest } = inventoryAt(inventory, reader);
    return (await readInventory(open, { manifest, bucket: names.derivatives }, ['Size'])).files;
  }
  return destinations === undefined ? undefined : listed(derivatives);
}

async function* listed(derivatives: ObjectStore): AsyncGenerator<StoredFile> {
  for await (const entry of derivatives.list('')) if ('key' in entry) yield entry;
}

function emptyRow({ preset, format }: Cell, heat: Heat | undefined): StoredRow {
  const own = heat?.cells.filter(
    cell => cell.preset === (preset ?? null) && cell.format === format,
  );
  return {
    preset: preset ?? null,
    format,
    files: 0,
    bytes: 0,
    viewsPerDay: heat && own && perDay(sumOf(own, viewsOf), heat),
    seen: own && sumOf(own, one => one.files),
  };
}

export function storedInWords({ rows, besides, heat }: StoredBytes): string {
  const bytes = sumOf(rows, row => row.bytes) + (besides?.bytes ?? 0);
  const files = sumOf(rows, row => row.files);
  const log = heat
    ? `; views of ${grouped(heat.hours)} hours, ${heat.from} to ${heat.to}`
    : '; who looks at them: --heat, see docs/heat.md';
  const others = besides
    ? ` and ${grouped(besides.files)} manifests and other objects`
    : ', when the heat was made';
  const heads = [
    '',
    'preset',
    'format',
    'files',
    'bytes',
    ...(heat ? ['views a day', 'seen'] : []),
  ];
  const cells = rows.map(row => [
    '',
    row.preset ?? '(not in the list)',
    row.format,
    grouped(row.files),
    volumeAsText(row.bytes),
    ...(heat ? [grouped(row.viewsPerDay ?? 0), seenInWords(row)] : []),
  ]);
  return [
    `Stored: ${volumeAsText(bytes)} in ${grouped(files)} files${others}${log}`,
    ...(rows.length > 0 ? [inColumns([heads, ...cells], [3, 4, 5, 6])] : []),
  ].join('\n');
}

function seenInWords({ seen = 0, files }: StoredRow): string {
  // A log may be of days on which there were more files than now.
  return files === 0 ? '' : `${Math.min(100, (100 * seen) / files).toFixed(1)} %`;
}
