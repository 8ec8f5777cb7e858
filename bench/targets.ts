import { cpuRatio, fact, overLimit, peak, type Rounds, wallRatio } from './results.ts';

/** A figure of the brief, and what it is to reach; one without `reach` is only reported. */
export interface Target {
  name: string;
  contest: string;
  of(rounds: Rounds): number;
  reach?: { atMost: number } | { atLeast: number };
  digits?: number;
}

const JPEG = '12 MP JPEG, j+w';
const AVIF = '12 MP JPEG, j+w+avif effort 3';
const FAST = '12 MP JPEG, j+w+avif effort 1';
const allAtOnce = (rounds: Rounds) => wallRatio(rounds, 'naive-all-at-once', 'ours');
const over = (worker: string) => (rounds: Rounds) => wallRatio(rounds, worker, 'ours');

const limits: Target[] = [
  [JPEG, 1.12],
  [AVIF, 1.1],
  [FAST, 1.1],
  ['48 MP JPEG, j+w', 1.15],
  ['108 MP JPEG, j+w', 1.15],
  ['12 MP PNG, j+w', 1.15],
  ['12 MP PNG without filters, j+w', 1.15],
  ['12 MP progressive JPEG, j+w', 1.15],
].map(([contest, atMost]) => ({
  name: 'wall / limit',
  contest: `${contest}`,
  of: overLimit,
  reach: { atMost: Number(atMost) },
}));

const speeds: Target[] = [
  { name: "Firebase's chain / ours", contest: JPEG, of: over('firebase'), reach: { atLeast: 2.5 } },
  { name: "Firebase's chain / ours", contest: AVIF, of: over('firebase'), reach: { atLeast: 4.5 } },
  { name: "Firebase's chain / ours", contest: FAST, of: over('firebase') },
  { name: "Firebase's chain / ours", contest: '108 MP JPEG, j+w', of: over('firebase') },
  { name: 'Promise.all / ours', contest: JPEG, of: allAtOnce, reach: { atLeast: 1.6 } },
  { name: 'Promise.all / ours', contest: '12 MP PNG, j+w', of: allAtOnce, reach: { atLeast: 2.6 } },
  { name: 'Promise.all / ours', contest: '12 MP PNG without filters, j+w', of: allAtOnce },
  { name: 'Promise.all / ours', contest: '108 MP JPEG, j+w', of: allAtOnce, reach: { atLeast: 3 } },
  { name: 'Promise.all / ours', contest: '48 MP JPEG, j+w', of: allAtOnce },
  { name: 'Promise.all / ours', contest: '12 MP progressive JPEG, j+w', of: allAtOnce },
  { name: 'Promise.all / ours', contest: AVIF, of: allAtOnce },
  { name: 'Promise.all / ours', contest: FAST, of: allAtOnce },
  { name: 'Promise.all / ours', contest: 'animated GIF, j+w', of: allAtOnce },
  { name: 'Promise.all / ours', contest: 'animated WebP, j+w', of: allAtOnce },
  { name: 'in sequence / ours', contest: JPEG, of: over('naive-in-sequence') },
  { name: 'ipx / ours', contest: JPEG, of: over('ipx'), reach: { atLeast: 1.5 } },
  { name: 'ipx / ours', contest: '48 MP JPEG, j+w', of: over('ipx'), reach: { atLeast: 2.1 } },
  { name: 'vipsthumbnail / ours', contest: JPEG, of: over('vipsthumbnail') },
  { name: 'vipsthumbnail / ours', contest: '48 MP JPEG, j+w', of: over('vipsthumbnail') },
  { name: 'ImageMagick / ours', contest: JPEG, of: over('imagemagick') },
  { name: 'ImageMagick / ours', contest: '48 MP JPEG, j+w', of: over('imagemagick') },
  {
    name: 'CPU, in sequence / ours',
    contest: JPEG,
    of: rounds => cpuRatio(rounds, 'naive-in-sequence', 'ours'),
    reach: { atLeast: 1.5 },
  },
];

const memory: Target[] = [
  [JPEG, 160],
  ['48 MP JPEG, j+w', 160],
  ['108 MP JPEG, j+w', 160],
  ['12 MP PNG, j+w', 160],
  ['12 MP PNG without filters, j+w', 160],
  [AVIF, 320],
  [FAST, 320],
  ['108 MP JPEG, j+w+avif effort 3', 320],
  ['108 MP progressive JPEG, j+w', 450],
].map(([contest, atMost]) => ({
  name: 'peak RSS, MB',
  contest: `${contest}`,
  of: rounds => peak(rounds, 'ours'),
  reach: { atMost: Number(atMost) },
  digits: 0,
}));

const likeness: Target[] = [
  '12mp.jpg',
  '48mp.jpg',
  '108mp.jpg',
  '12mp.png',
  '12mp-progressive.jpg',
].map(file => ({
  name: 'SSIM with a direct render, worst width',
  contest: `likeness, ${file}`,
  of: rounds => fact(rounds, 'likeness', 'worst'),
  reach: { atLeast: 0.995 },
  digits: 4,
}));

export const targets: Target[] = [
  ...limits,
  ...speeds,
  ...memory,
  {
    name: 'RSS after 50 photos / after five',
    contest: '50 photos in one process, j+w',
    of: rounds => fact(rounds, 'many', 'growth'),
    reach: { atMost: 1.5 },
  },
  {
    name: 'first feed rendition, share of the whole',
    contest: JPEG,
    of: rounds => fact(rounds, 'ours', 'feedShare'),
    reach: { atMost: 0.25 },
  },
  ...likeness,
];

export function isReached(value: number, reach: NonNullable<Target['reach']>): boolean {
  return 'atMost' in reach ? value <= reach.atMost : value >= reach.atLeast;
}
