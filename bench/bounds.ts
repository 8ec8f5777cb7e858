import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MOST_MEGABYTES } from '../shared/core/picture/memory.ts';
import { type Ended, openHost } from './bounds-host.ts';
import { type Extreme, extremes, LIST } from './extremes.ts';

const folder = join(tmpdir(), 'darkroom-bench-extremes-1');
const MOST_SECONDS = 60;
const REFUSED_SECONDS = 1;

/** Each extreme through the platform's own function host, with the memory limit of s.yaml; false where one is beyond. */
export async function bounds(only = ''): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  const data = await mkdtemp(join(tmpdir(), 'darkroom-bounds-'));
  const list = join(data, 'presets.yaml');
  await writeFile(list, LIST);
  const host = await openHost(data, list);
  let areAllWithin = true;
  try {
    console.log('| original | MP | MB | | peak MB | wall s | CPU s | within |');
    console.log('|---|---|---|---|---|---|---|---|');
    for (const extreme of extremes.filter(({ name }) => name.includes(only))) {
      const file = await drawn(extreme);
      const ended = await host.develop(`${slug(extreme)}`, file);
      const isWithin = judged(extreme, ended);
      areAllWithin &&= isWithin;
      console.log(rowOf(extreme, file.length, ended, isWithin));
    }
  } finally {
    await host.close();
    await rm(data, { recursive: true, force: true });
  }
  return areAllWithin;
}

const slug = ({ name }: Extreme) => name.toLowerCase().replace(/[^a-z0-9]+/g, '-');

/** Once: some take a minute. Under another name first, so that a run that was stopped leaves no half a picture. */
async function drawn(extreme: Extreme): Promise<Buffer> {
  const path = join(folder, slug(extreme));
  if (!(await stat(path).catch(() => undefined))) {
    await writeFile(`${path}.unfinished`, await extreme.draw());
    await rename(`${path}.unfinished`, path);
  }
  return await readFile(path);
}

/** CPU is what an idle machine would take at most: no core waits for another for long. */
function judged({ verdict }: Extreme, { outcome, peakMB, wall, cpu }: Ended): boolean {
  const most = verdict === 'failed' ? REFUSED_SECONDS : MOST_SECONDS;
  return outcome === verdict && peakMB <= MOST_MEGABYTES && Math.min(wall, cpu) <= most;
}

function rowOf(
  { name, megapixels }: Extreme,
  bytes: number,
  ended: Ended,
  isWithin: boolean,
): string {
  const { outcome, reason, left, peakMB, wall, cpu } = ended;
  const said = [
    outcome,
    ...(left > 0 ? [`${left} files left out`] : []),
    ...(reason ? [reason] : []),
  ];
  const figures = [
    name,
    megapixels < 1 ? '< 1' : megapixels.toFixed(0),
    (bytes / 1e6).toFixed(1),
    said.join(': '),
    peakMB.toFixed(0),
    wall.toFixed(1),
    cpu.toFixed(1),
    isWithin ? 'yes' : '**no**',
  ];
  return `| ${figures.join(' | ')} |`;
}
