import { decodeHeic } from '../../shared/adapters/libheif/decoder.ts';
import { sharpCodec } from '../../shared/adapters/sharp/codec.ts';

/** As functions/on-object-changed opens it. */
export const codec = sharpCodec({ heic: decodeHeic });
