import { corpus } from './corpus.ts';
import { openJudge } from './judge.ts';
import { type Formats, open } from './sampling.ts';
import { median, percentile } from './statistics.ts';

/** Settings side by side, on pictures of several kinds; each is one that the shipped list has, had or might have. */
const QUALITIES = {
  jpeg: [77, 80],
  webp: [75, 78, 83],
  avif: [50, 52, 60],
} as const;
const OTHERS = {
  jpeg: { quantisationTable: 2, progressive: true, chroma: 'auto' },
  webp: { effort: 4, chroma: 'auto', flat: 'auto' },
  avif: { effort: 1, chroma: 'auto' },
} as const;

interface Measured {
  bytes: number[];
  scores: number[];
  cpuMs: number;
}

/** A table in Markdown: bytes and CPU a file, and the scores that tell which quality is as good as which. */
export async function tune(): Promise<void> {
  const judge = await openJudge();
  const rows = new Map<string, Measured>();
  const samples = await corpus();
  for (const sample of samples) {
    const opened = await open(sample, judge);
    for (const { name, formats } of settings()) {
      const row = rows.get(name) ?? { bytes: [], scores: [], cpuMs: 0 };
      for await (const { bytes, score, cpuMs } of opened.make(formats)) {
        row.bytes.push(bytes);
        row.scores.push(score);
        row.cpuMs += cpuMs;
      }
      rows.set(name, row);
    }
  }
  console.log(`${samples.length} pictures`);
  console.log('| setting | kB a file | median | 5th percentile | CPU ms a file |');
  console.log('|---|---|---|---|---|');
  for (const [name, { bytes, scores, cpuMs }] of rows) {
    const total = bytes.reduce((sum, one) => sum + one, 0);
    const figures = [
      (total / bytes.length / 1000).toFixed(1),
      median(scores).toFixed(1),
      percentile(scores, 0.05).toFixed(1),
      (cpuMs / bytes.length).toFixed(0),
    ];
    console.log(`| ${name} | ${figures.join(' | ')} |`);
  }
}

function settings(): { name: string; formats: Formats }[] {
  return (['jpeg', 'webp', 'avif'] as const).flatMap(format =>
    QUALITIES[format].map(quality => ({
      name: `${format} ${quality}`,
      formats: { [format]: { quality, ...OTHERS[format] } } as Formats,
    })),
  );
}
