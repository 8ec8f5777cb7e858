import { type DeclaredFile, declaredFiles } from '../../shared/core/list/declared-file.ts';
import type { PresetList } from '../../shared/core/list/preset-list.ts';
import { type Heat, otherList, perDay, sumOf, viewsOf } from '../../shared/core/work/heat.ts';
import type { ViewsTouched } from '../../shared/core/work/saved-plan.ts';
import { grouped, inColumns } from '../terminal/figures.ts';

/** Who looks at what an edit replaces, by the last `darkroom heat`: of files that were declared before it. */
export function viewsTouched(old: PresetList, next: PresetList, heat: Heat): ViewsTouched[] {
  const after = new Map(declaredFiles(next.presets, next).map(file => [placeOf(file), file]));
  return declaredFiles(old.presets, old).flatMap(file => {
    const change = changeOf(file, after.get(placeOf(file)));
    if (!change) return [];
    const { preset, format, width } = file;
    return [{ preset, format, width, change, viewsPerDay: viewsPerDay(file, heat) }];
  });
}

function placeOf({ preset, format, width }: DeclaredFile): string {
  return `${preset} ${format} ${width}`;
}

function changeOf(before: DeclaredFile, after: DeclaredFile | undefined) {
  if (!after) return 'retired';
  if (after.fingerprint !== before.fingerprint) return 'remade';
  return before.generate === 'eager' && after.generate === 'on_demand' ? 'on_demand' : undefined;
}

function viewsPerDay({ preset, format, width }: DeclaredFile, heat: Heat): number {
  const own = heat.cells.filter(
    cell => cell.preset === preset && cell.format === format && cell.width === width,
  );
  return perDay(sumOf(own, viewsOf), heat);
}

/** For people; nothing where nothing is touched that anybody could look at. `list` is the fingerprint of the old one. */
export function tellViewsTouched(touched: ViewsTouched[], heat: Heat, list: string): string {
  if (touched.length === 0) return '';
  const rows = touched.map(({ preset, format, width, change, viewsPerDay: views }) => [
    '',
    preset,
    String(width),
    format,
    change,
    grouped(views),
  ]);
  const all = perDay(sumOf(heat.cells, viewsOf), heat);
  const some = sumOf(touched, one => one.viewsPerDay);
  return [
    `Views a day of what it touches, ${grouped(some)} of ${grouped(all)} (${grouped(heat.hours)} hours of log, to ${heat.to}):`,
    inColumns(rows, [2, 5]),
    ...(heat.presets === list ? [] : [otherList(heat, list)]),
  ].join('\n');
}
