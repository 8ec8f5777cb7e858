import { join } from 'node:path';
import { type Output, outputsOf } from './request.ts';

/** One original and one list, and who takes part. */
export interface Contest {
  name: string;
  files: string[];
  outputs: Output[];
  workers: string[];
  rounds: number;
  quick?: { rounds: number; workers: string[] };
}

const JW = outputsOf(['jpeg', 'webp']);
const JWA = outputsOf(['jpeg', 'webp', 'avif']);
const JWA_FAST = outputsOf(['jpeg', 'webp', 'avif'], undefined, 1);
const OURS = ['ours', 'limit'];
const COMMANDS = ['vipsthumbnail', 'imagemagick'];
const CHAINS = ['firebase', 'naive-all-at-once'];

export const contests: Contest[] = [
  {
    name: '12 MP JPEG, j+w',
    files: ['12mp.jpg'],
    outputs: JW,
    workers: [...OURS, ...CHAINS, 'naive-in-sequence', 'ipx', ...COMMANDS],
    rounds: 7,
    quick: { rounds: 2, workers: [...OURS, ...CHAINS, 'naive-in-sequence', 'ipx'] },
  },
  {
    name: '12 MP JPEG, j+w+avif effort 3',
    files: ['12mp.jpg'],
    outputs: JWA,
    workers: [...OURS, 'firebase', 'naive-all-at-once'],
    rounds: 3,
  },
  {
    name: '12 MP JPEG, j+w+avif effort 1',
    files: ['12mp.jpg'],
    outputs: JWA_FAST,
    workers: [...OURS, 'firebase', 'naive-all-at-once'],
    rounds: 3,
    quick: { rounds: 1, workers: OURS },
  },
  {
    name: '48 MP JPEG, j+w',
    files: ['48mp.jpg'],
    outputs: JW,
    workers: [...OURS, ...CHAINS, 'ipx', ...COMMANDS],
    rounds: 5,
  },
  {
    name: '108 MP JPEG, j+w',
    files: ['108mp.jpg'],
    outputs: JW,
    workers: [...OURS, ...CHAINS, 'ipx'],
    rounds: 5,
    quick: { rounds: 1, workers: [...OURS, 'naive-all-at-once'] },
  },
  {
    name: '108 MP JPEG, j+w+avif effort 3',
    files: ['108mp.jpg'],
    outputs: JWA,
    workers: OURS,
    rounds: 1,
  },
  {
    name: '12 MP PNG, j+w',
    files: ['12mp.png'],
    outputs: JW,
    workers: [...OURS, 'naive-all-at-once', 'ipx'],
    rounds: 5,
  },
  {
    name: '12 MP PNG without filters, j+w',
    files: ['12mp-unfiltered.png'],
    outputs: JW,
    workers: [...OURS, 'naive-all-at-once'],
    rounds: 5,
  },
  {
    name: '12 MP progressive JPEG, j+w',
    files: ['12mp-progressive.jpg'],
    outputs: JW,
    workers: [...OURS, 'naive-all-at-once', 'ipx'],
    rounds: 5,
    quick: { rounds: 1, workers: OURS },
  },
  {
    name: '108 MP progressive JPEG, j+w',
    files: ['108mp-progressive.jpg'],
    outputs: JW,
    workers: [...OURS, 'naive-all-at-once'],
    rounds: 1,
  },
  {
    name: 'animated GIF, j+w',
    files: ['animated.gif'],
    outputs: outputsOf(['jpeg', 'webp'], [240, 480]),
    workers: ['ours', 'naive-all-at-once'],
    rounds: 3,
  },
  {
    name: 'animated WebP, j+w',
    files: ['animated.webp'],
    outputs: outputsOf(['jpeg', 'webp'], [240, 480]),
    workers: ['ours', 'naive-all-at-once'],
    rounds: 3,
  },
  {
    name: 'presets.yaml, 12 MP JPEG',
    files: ['12mp.jpg', join(import.meta.dirname, '../presets.yaml')],
    outputs: outputsOf(['jpeg', 'webp', 'avif']),
    workers: ['preset-list'],
    rounds: 5,
  },
  {
    name: '50 photos in one process, j+w',
    files: ['12mp.jpg', '12mp-progressive.jpg', '48mp.jpg', '12mp.png', 'small.jpg'],
    outputs: JW,
    workers: ['many'],
    rounds: 1,
  },
  ...['12mp.jpg', '48mp.jpg', '108mp.jpg', '12mp.png', '12mp-progressive.jpg'].map(file => ({
    name: `likeness, ${file}`,
    files: [file],
    outputs: outputsOf(['jpeg']),
    workers: ['likeness'],
    rounds: 1,
    ...(file === '12mp.jpg' ? { quick: { rounds: 1, workers: ['likeness'] } } : {}),
  })),
];
