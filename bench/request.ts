/** What a worker is asked, and what it answers. One worker is one fresh process. */

export type Format = 'jpeg' | 'webp' | 'avif';

export interface Output {
  width: number;
  format: Format;
  options: Record<string, number | boolean | string>;
}

export interface Request {
  /** The originals; all but one worker take the first. */
  files: string[];
  outputs: Output[];
  /** A folder of this worker's own, for those that write files. */
  scratch: string;
  /** bench/peers/package.json: peers are loaded from beside it, never from Darkroom's own node_modules. */
  peers: string;
}

export interface Measured {
  wall: number;
  cpu: number;
  /** Of this process alone; undefined where the work is done by commands. */
  peakMB: number | undefined;
  /** What a worker adds, by name. */
  facts: Record<string, number>;
}

export const WIDTHS = [160, 320, 480, 640, 960, 1280, 1920];

const OPTIONS = {
  jpeg: { quality: 80 },
  webp: { quality: 80, effort: 4 },
  avif: { quality: 50, effort: 3 },
} as const;

export function outputsOf(formats: Format[], widths = WIDTHS, avifEffort = 3): Output[] {
  return widths.flatMap(width =>
    formats.map(format => {
      const options = { ...OPTIONS[format] };
      return {
        width,
        format,
        options: format === 'avif' ? { ...options, effort: avifEffort } : options,
      };
    }),
  );
}
