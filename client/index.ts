import { choices, enough } from './choice.ts';
import { checkPhoto, fileNamed, refuse, wrong } from './files.ts';
import type { Client, Focus, Format, Photo, Presets, Size } from './photo.ts';
import { type Look, type Sources, sourcesFrom, urlOfKey } from './sources.ts';
import { type Progress, progressOf } from './state.ts';

/**
 * Darkroom for those who show pictures: browsers, Node, mini-programs. No dependencies, no globals, no requests. A photo is
 * its manifest, or its key, ETag and the published list, `presets.json`. See docs/client.md.
 */

export type {
  Client,
  Focus,
  Format,
  Manifest,
  Original,
  Photo,
  Placeholder,
  Presets,
  Size,
} from './photo.ts';
export type { Art, Img, Look, Source, Sources } from './sources.ts';
export type { Progress } from './state.ts';

export interface Asked {
  /** What keys are appended to, such as https://cdn.example.com */
  base: string;
  key: string;
  etag: string;
  preset: string;
  /** As the list declares it; a smaller picture answers with its own width, if `size` is given. */
  width: number;
  format: Format;
  presets: Presets;
  size?: Size | undefined;
  /** Where the upload said one, by `x-oss-meta-focus`: 0.43,0.31 is 430 and 310. */
  focus?: Focus | undefined;
}

/** The URL of one file, for ever. Throws where the list does not declare it. */
export function urlOf(asked: Asked): string {
  checkPhoto(asked);
  const file = fileNamed(asked, asked.preset, asked.width, asked.format);
  return urlOfKey(asked.base, file.key);
}

/** The URL of any key of the derivatives bucket, such as a manifest's. */
export { urlOfKey };

/**
 * How far a photo is, by its manifest or undefined where there is none yet. With `etag`, the one that OSS answered the
 * upload with, the manifest of an earlier upload under that key is `pending`. `absent` was taken down, `blocked` was judged,
 * `held` waits for that.
 */
export function stateOf(
  manifest: Progress | undefined,
  etag?: string,
): 'pending' | 'ready' | 'partly-failed' | 'failed' | 'blocked' | 'held' | 'absent' {
  if (manifest) checkPhoto(manifest);
  return progressOf(manifest, etag);
}

/** What a kind of client shows, by its name in the list. Throws where the list has no such client. */
export function clientOf(presets: Presets, name: string): Client {
  const { clients } = presets ?? wrong('presets.json', presets);
  return clients[name] ?? refuse('a client of the list', Object.keys(clients), name);
}

/** A `<picture>` as data, for React, Vue and the like. Throws where there is no file to show. */
export function sourcesOf(photo: Photo, look: Look): Sources {
  return sourcesFrom(photo, look);
}

/** A `<picture>` as HTML, with its placeholder. Throws where there is no file to show. */
export function picture(photo: Photo, look: Look): string {
  const { sources, img, background } = sourcesFrom(photo, look);
  const style = background && `background:${background}`;
  return `<picture>${sources.map(one => tag('source', one)).join('')}${tag('img', { ...img, style })}</picture>`;
}

export interface Place {
  base: string;
  preset: string;
  /** How wide the picture is shown, in CSS pixels, vp or pt. */
  cssWidth: number;
  /** The device's pixel ratio; the client's profile caps it. */
  density?: number | undefined;
  client: Client;
}

/**
 * One URL, for a client that chooses for itself: the smallest width that is enough, or else the widest; in that
 * width AVIF before WebP before the rest, as far as the client shows them.
 */
export function bestUrl(photo: Photo, place: Place): string {
  checkPhoto(photo);
  const { base, preset, cssWidth, density = 1, client } = place;
  if (!client) wrong('a client, as clientOf gives it', client);
  // Rounded, since 411.43 x 2.625 would else ask for a pixel more than 1080.
  const pixels = Math.round(cssWidth * Math.min(density, client.density));
  const file = enough(choices(photo, preset, client), pixels);
  if (!file) throw new Error(`There is no file to show of ${preset}.`);
  return urlOfKey(base, file.key);
}

function tag(name: string, attributes: object): string {
  const written = Object.entries(attributes).map(([attribute, value]) =>
    value === undefined ? '' : ` ${attribute}="${escaped(String(value))}"`,
  );
  return `<${name}${written.join('')}>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}
