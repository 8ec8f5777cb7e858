import type { Progress } from './state.ts';

/**
 * What the client reads of the published list (`presets.json`) and of a manifest. Written out, so that its types
 * need no package either; test/client/types.test.ts holds them against the schemas.
 */

export type Format = 'avif' | 'webp' | 'jpeg' | 'png';

/** A kind of client: the formats that it shows, and the widest device pixel ratio worth serving. */
export interface Client {
  formats: readonly Format[];
  density: number;
}

export interface Preset {
  name: string;
  device: 'phone' | 'tablet' | 'desktop' | 'any';
  fit: 'inside' | 'cover' | 'contain' | 'fill';
  aspect?: number | undefined;
  when?: Condition | undefined;
  adjust?: readonly { when: Condition; fit?: Preset['fit'] | undefined }[] | undefined;
  searches?: boolean | undefined;
  words?: readonly string[] | undefined;
  formats: { [format in Format]?: readonly { width: number; fingerprint: string }[] | undefined };
  recipes: { [format in Format]?: string | undefined };
}

export interface Condition {
  tallerThan?: number | undefined;
  widerThan?: number | undefined;
  smallerThan?: number | undefined;
  alpha?: boolean | undefined;
  animated?: boolean | undefined;
  format?: readonly string[] | undefined;
}

export interface Presets {
  clients: Readonly<Record<string, Client>>;
  presets: readonly Preset[];
}

/** What a picture is about, in thousandths of its width and height, from the left and from the top. */
export interface Focus {
  x: number;
  y: number;
}

/** Pixels of the original, upright. Without `alpha`, `animated` and `format` conditions on them count as met. */
export interface Size {
  width: number;
  height: number;
  alpha?: boolean | undefined;
  animated?: boolean | undefined;
  /** Of the original: jpeg, png, webp, gif, avif, tiff or heic. */
  format?: string | undefined;
}

export interface Placeholder {
  thumbHash: string;
  colour: string;
}

/** An original by its name alone. Without `size` it is taken to be larger than every preset. */
export interface Original {
  key: string;
  etag: string;
  presets: Presets;
  size?: Size | undefined;
  /** Where the upload said one, by `x-oss-meta-focus`. */
  focus?: Focus | undefined;
  /** Where the upload said some, by `x-oss-meta-wm-user` and the like. */
  texts?: Readonly<Record<string, string>> | undefined;
  placeholder?: Placeholder | undefined;
}

export interface Manifest extends Progress {
  original: {
    key: string;
    etag: string;
    alpha?: boolean | undefined;
    placeholder?: Placeholder | undefined;
  };
  variants: readonly {
    state: string;
    aged?: boolean | undefined;
    preset: string;
    format: Format;
    width: number;
    height: number;
    key: string;
  }[];
}

export type Photo = Manifest | Original;

/** A file that may be shown. The height is not known of a picture whose size is not. */
export interface File {
  format: Format;
  width: number;
  height?: number | undefined;
  key: string;
}
