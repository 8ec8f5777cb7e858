import { glyphsOf } from '../../shared/adapters/fontkit/glyphs.ts';
import { shownByFile, shownByRaster } from '../../shared/adapters/sharp/shown.ts';
import { Failure } from '../../shared/core/failure.ts';
import {
  type DerivativeName,
  manifestKey,
  parseDerivativeKey,
} from '../../shared/core/set/keys.ts';
import type { PresetList } from '../../shared/core/list/preset-list.ts';
import { listInForce } from '../../shared/pipeline/edits/list-in-force.ts';
import { emptyMarkCache, storedMarks } from '../../shared/pipeline/marks/stored-marks.ts';
import { answerMiss } from '../../shared/pipeline/serve/miss.ts';
import type { Codec } from '../../shared/ports.ts';
import type { Score } from '../../studio/wire.ts';
import type { Connection } from '../cloud/connection.ts';
import { sharp } from '../measure/bench.ts';
import { noRequests } from '../measure/memory-store.ts';
import { likenessOf } from '../preview/similarity.ts';
import { benchWith, oneAtATime } from './developed-here.ts';

/**
 * How alike a file that is there is to the pixels that its encoder was given, as `darkroom preview` says it. Those are made
 * anew as a view makes them; what is compared is the file itself. Throws KEY_UNUSABLE where it is not there, or there is
 * nothing to compare it with.
 */
export async function scoreOf(key: string, connection: Connection): Promise<Score> {
  const { config, derivatives } = connection;
  const name = parseDerivativeKey(key);
  if (!name) throw unusable(`expected the key of a file, received ${key}`);
  const [file, { list }] = await Promise.all([
    derivatives.get(key),
    listInForce(config, {}).current(),
  ]);
  if (!file) {
    throw unusable(`expected a file at ${key}, there is none: not yet, or it is gone`);
  }
  return await oneAtATime(async () => ({
    ssim: await likenessTo(file.bytes, { key, name, list: unjudged(list) }, connection),
  }));
}

interface Wanted {
  key: string;
  name: DerivativeName;
  list: PresetList;
}

async function likenessTo(
  file: Buffer,
  { key, name, list }: Wanted,
  connection: Connection,
): Promise<number> {
  const marks = storedMarks(connection.config, emptyMarkCache(), glyphsOf);
  const bench = await benchWith(name.original, marks, connection);
  const manifest = await connection.derivatives.get(manifestKey(name.original));
  if (manifest) bench.derivatives.set(manifestKey(name.original), manifest.bytes);
  const found: { score?: number } = {};
  const { found: what } = await answerMiss(
    key,
    bench.darkroom(list, noRequests(), comparingTo(file, found)),
  );
  if (found.score !== undefined) return found.score;
  if (what === 'file') {
    throw unusable(
      `expected a file of pixels, ${key} is made straight from the original’s file: an animation, or one with a gain map`,
    );
  }
  throw unusable(`expected a file that the list in force makes, ${key} is of another or retired`);
}

/** Encodes nothing: what is there has the place of what would be made. */
function comparingTo(file: Buffer, found: { score?: number }): Codec {
  return {
    ...sharp,
    encode: async (raster, { recipe }) => {
      const given = await shownByRaster(raster, recipe.background);
      found.score = likenessOf(given, await shownByFile(file, recipe.background)).score;
      return file;
    },
    encodeFromFile: async () => file,
  };
}

/** What is there has passed. */
function unjudged(list: PresetList): PresetList {
  return { ...list, rules: list.rules.map(({ moderate: _, ...rule }) => rule) };
}

function unusable(message: string): Failure {
  return new Failure('KEY_UNUSABLE', message);
}
