import { join, resolve } from 'node:path';
import type { Format, Measured, Output } from './request.ts';
import { measure } from './workshop.ts';

/** Settings side by side on real photos of several kinds. */
const tests = resolve(import.meta.dirname, '../node_modules/exif/test');
const photos = [join(tests, 'sony-alpha-6000.jpg'), join(tests, 'short-ascii-II.jpg')];

type Options = Output['options'];

function settings(): { format: Format; options: Options }[] {
  const jpeg = [75, 80, 85].flatMap(quality => [{ quality }, { quality, mozjpeg: true }]);
  const webp = [2, 4, 6].flatMap(effort => [72, 78, 84].map(quality => ({ quality, effort })));
  const avif = [0, 1, 2, 3].flatMap(effort =>
    [45, 52, 60].flatMap(quality =>
      ['4:2:0', '4:4:4'].map(chromaSubsampling => ({ quality, effort, chromaSubsampling })),
    ),
  );
  const tuned = ['ssim', 'psnr'].flatMap(tune =>
    [52, 60].map(quality => ({ quality, effort: 1, tune })),
  );
  return [
    ...jpeg.map(options => ({ format: 'jpeg' as const, options })),
    ...webp.map(options => ({ format: 'webp' as const, options })),
    ...[...avif, ...tuned].map(options => ({ format: 'avif' as const, options })),
  ];
}

/** A table in Markdown: the means over the photos. */
export async function tune(extra: string[]): Promise<void> {
  console.log('| setting | CPU ms | bytes | SSIM | butteraugli |\n|---|---|---|---|---|');
  for (const { format, options } of settings()) {
    const outputs = [{ width: 0, format, options }];
    const measured: Measured[] = [];
    for (const photo of [...photos, ...extra]) {
      measured.push(await measure({ worker: 'tune', files: [photo], outputs }));
    }
    const mean = (name: string, digits: number) => {
      const values = measured.map(({ facts }) => facts[name] ?? Number.NaN);
      const value = values.reduce((sum, one) => sum + one, 0) / values.length;
      return Number.isNaN(value) ? '–' : value.toFixed(digits);
    };
    const name = `${format} ${Object.entries(options)
      .map(([option, value]) => (value === true ? option : `${option} ${value}`))
      .join(', ')}`;
    console.log(
      `| ${name} | ${mean('ms', 0)} | ${mean('bytes', 0)} | ${mean('ssim', 4)} | ${mean('butteraugli', 2)} |`,
    );
  }
}
