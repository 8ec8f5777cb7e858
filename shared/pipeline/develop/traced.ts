import { parseManifestKey } from '../../core/set/keys.ts';
import type { Codec, ObjectStore, Span } from '../../ports.ts';
import type { Darkroom } from '../darkroom.ts';

/**
 * The same darkroom with a span for each stage. A stage is what crosses a port, so no use case names one; only
 * reconcile-each.ts opens a span itself, around a whole key.
 */
export function traced(darkroom: Darkroom, span: Span): Darkroom {
  const { originals, derivatives, codec } = darkroom;
  return {
    ...darkroom,
    span,
    originals: tracedOriginals(originals, span),
    derivatives: tracedDerivatives(derivatives, span),
    codec: tracedCodec(codec, span),
  };
}

function tracedOriginals(store: ObjectStore, span: Span): ObjectStore {
  return {
    ...store,
    head: key => span('observe', { key }, () => store.head(key)),
    getExactly: (object, refuse) =>
      span('read', { key: object.key }, () => store.getExactly(object, refuse)),
  };
}

function tracedDerivatives(store: ObjectStore, span: Span): ObjectStore {
  return {
    ...store,
    get: key => span('observe', { key }, () => store.get(key)),
    put: (key, bytes, attributes) => {
      const stage = parseManifestKey(key) === undefined ? 'write' : 'commit';
      return span(stage, { key, bytes: bytes.length }, () => store.put(key, bytes, attributes));
    },
    remove: keys => span('clear', { objects: keys.length }, () => store.remove(keys)),
  };
}

function tracedCodec(codec: Codec, span: Span): Codec {
  return {
    ...codec,
    decode: (file, options) =>
      span('decode', { bytes: file.length, format: options.picture.format }, () =>
        codec.decode(file, options),
      ),
    frames: (file, picture, which) =>
      span('decode', { bytes: file.length, format: picture.format, frames: which.at.length }, () =>
        codec.frames(file, picture, which),
      ),
    search: (raster, search) =>
      span('search', { strategy: search.strategy, aspect: search.aspect }, () =>
        codec.search(raster, search),
      ),
    measure: raster => span('measure', {}, () => codec.measure(raster)),
    resize: (raster, variant) =>
      span('resize', { width: variant.width, height: variant.height }, () =>
        codec.resize(raster, variant),
      ),
    encode: (raster, variant, picture) =>
      span('encode', { key: variant.key }, () => codec.encode(raster, variant, picture)),
    encodeFromFile: (file, variant, picture) =>
      span('encode', { key: variant.key }, () => codec.encodeFromFile(file, variant, picture)),
  };
}
