import { decodeHeic } from '../../shared/adapters/libheif/decoder.ts';
import { sharpCodec } from '../../shared/adapters/sharp/codec.ts';

/** The codec as the functions open it. */
export const codec = sharpCodec({ heic: decodeHeic });
