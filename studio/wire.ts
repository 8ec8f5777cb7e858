/** What the studio's server (cli/studio) and its page say to each other, as JSON. */

export const STATES = [
  'ready',
  'developing',
  'incomplete',
  'partly-failed',
  'failed',
  'blocked',
  'held',
  'taken-down',
  'not-asked',
] as const;
export type State = (typeof STATES)[number];

export interface Place {
  /** What keys of derivatives are appended to. */
  cdn: string;
  /** By the names of the list in force. */
  clients: Record<string, { formats: string[]; density: number }>;
  presets: { name: string; device: 'phone' | 'tablet' | 'desktop' | 'any' }[];
}

export interface Placeholder {
  colour: string;
  /** Base64. */
  thumbHash: string;
}

export interface AlbumEntry {
  key: string;
  bytes: number;
  uploadedAt?: string;
  state: State;
  /** Files that are there, of those that are made on upload. */
  done: number;
  wanted: number;
  /** A small file that any browser shows. */
  thumbnail?: string;
  placeholder?: Placeholder;
}

/** Which originals an album shows. */
export interface AlbumFilter {
  prefix: string;
  /** Anywhere in the key, in whatever case. */
  contains: string;
  state?: State | undefined;
}

export interface AlbumPage {
  entries: AlbumEntry[];
  /** Keys that were looked through for them. */
  searched: number;
  /** What to ask for to go on; missing at the end. */
  after?: string;
}

export interface PhotoFile {
  preset: string;
  format: 'avif' | 'webp' | 'jpeg' | 'png';
  width: number;
  height?: number;
  state: string;
  /** In the words of `darkroom explain`. */
  why: string;
  url?: string;
  key?: string;
  bytes?: number;
  /** Of the run that made it, where it was made since the studio was opened. */
  milliseconds?: number;
}

/** Of one file, against the pixels that its encoder was given. */
export interface Score {
  /** 1 is the same. */
  ssim: number;
}

export interface Photo {
  entry: AlbumEntry;
  /** Undefined until it was read. */
  size?: { width: number; height: number; format: string };
  /** Why nothing, or not all, is there; in words. */
  why?: string;
  rule?: string;
  /** In thousandths of the upright picture. */
  focus?: { x: number; y: number };
  files: PhotoFile[];
  /** As it lies in the derivatives bucket; for the client module. */
  manifest?: unknown;
  manifestUrl: string;
}

export interface Upload {
  key: string;
  /** Takes one PUT of this very content type, for some minutes. */
  url: string;
  headers: Record<string, string>;
}

/** What happens on the platform, as it happens. */
export type News =
  | { kind: 'file'; original: string; file: LiveFile }
  | { kind: 'set'; original: string; outcome: string; files: number; failures: number }
  /** By somebody who looks at the studio. */
  | { kind: 'changed'; original: string }
  | { kind: 'trouble'; function: string; message: string }
  | { kind: 'list' }
  | { kind: 'run' }
  /** More than was told: what is shown is to be asked for anew. */
  | { kind: 'missed' };

export interface LiveFile {
  key: string;
  url: string;
  preset: string;
  format: string;
  width: number;
  bytes: number;
  milliseconds: number;
}

/** Every answer that is no success. */
export interface Refusal {
  code: string;
  message: string;
}

/** The list that people write, as it lies in the config bucket. */
export interface ListText {
  text: string;
  /** JSON Schema of such a list. */
  schema: unknown;
  /** Fingerprint of the list that photos are developed by. */
  inForce?: string;
  /** Why the text is not what is in force. */
  rejected?: string;
}

export interface ListProblem {
  /** Both from 1. */
  line: number;
  column: number;
  message: string;
}

export interface ListCheck {
  problems: ListProblem[];
  /** Their names, of a list that is in order. */
  presets?: string[];
  /** What the slowest original takes that the list admits, by estimate. */
  seconds?: number;
}

export interface ListPlan {
  /** To have this very plan put in force. */
  id: string;
  from: string | null;
  to: string;
  originals: number;
  /** To make, at most. */
  files: number;
  retired: number;
  usd: number;
  cpuHours: number;
  gigabytes: number | null;
  hours: number;
  rules: string[];
  list: string[];
  presets: PresetPlan[];
}

export interface PresetPlan {
  preset: string;
  kind: 'keep' | 'add' | 'change' | 'retire';
  differs: string[];
  originals: number;
  files: number;
  retired: number;
}

export interface PreviewFile {
  preset: string;
  format: string;
  width: number;
  bytes: number;
  /** With the picture in it. */
  url: string;
}

export interface TakenDown {
  /** Keys of files that went. */
  removed: string[];
  wasDown: boolean;
  /** The CDN has been asked, and took it. */
  isPurged: boolean;
}

export interface Work {
  rollout?: RunEntry;
  /** The latest first. */
  runs: RunEntry[];
  failures: FailureEntry[];
  /** What lies where one of these is expected and is none, each in a sentence. */
  unread: string[];
}

export interface RunEntry {
  id: string;
  kind: 'backfill' | 'rollout' | 'retire';
  phase: 'running' | 'finishing' | 'retaining' | 'done' | 'stopped' | 'superseded';
  startedAt: string;
  updatedAt: string;
  /** Originals. */
  done: number;
  of: number;
  /** Rendered. */
  files: number;
  /** Originals by the code of their failure. */
  failures: Record<string, number>;
  reason?: string;
  retireAt?: string;
}

export interface RehearsalAsked {
  uploadsPerDay: number;
  /** In times the usual peak. */
  spike: number;
  /** Instances that the account may have. */
  quotas: number[];
}

/** In the words of `darkroom rehearse`. */
export interface Rehearsal {
  what: string[];
  headings: string[];
  rows: string[][];
  notes: string[];
  plots: RehearsalPlot[];
}

export interface RehearsalPlot {
  title: string;
  unit: string;
  /** Of its lines, which have the classes c0, c1 and so on. */
  names: string[];
  svg: string;
}

/** An event that was given up. */
export interface FailureEntry {
  where: string;
  requestId: string;
  functionName: string;
  condition: string;
  at: string;
  error?: string;
}
