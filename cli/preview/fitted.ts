import { thumbnailOf } from '../../shared/adapters/sharp/shown.ts';
import { LARGEST_SIDE } from './entries.ts';

/** What most places take that a review is attached to. */
export const MOST_BYTES = 20e6;

export interface Wanted {
  picture: Buffer;
  /** At its own size, or not at all. */
  isDetail: boolean;
}

export interface Fitted {
  /** By the picture that was wanted. */
  shown: Map<Buffer, Buffer>;
  side: number;
  leftOut: number;
}

const SIDES = [LARGEST_SIDE, 200, 120];

/** As many as there is room for in base64: all of them and smaller if need be, then the first ones. */
export async function fitted(wanted: Wanted[], room: number): Promise<Fitted> {
  let sized = new Map<Buffer, Buffer>();
  let side = LARGEST_SIDE;
  for (side of SIDES) {
    sized = await atSide(wanted, side);
    const all = [...sized.values()].reduce((sum, one) => sum + encodedLength(one), 0);
    if (all <= room) return { shown: sized, side, leftOut: 0 };
  }
  const shown = firstOf(sized, room);
  return { shown, side, leftOut: sized.size - shown.size };
}

async function atSide(wanted: Wanted[], side: number): Promise<Map<Buffer, Buffer>> {
  const sized = new Map<Buffer, Buffer>();
  for (const { picture, isDetail } of wanted) {
    const isAsItIs = isDetail || side === LARGEST_SIDE;
    sized.set(picture, isAsItIs ? picture : await thumbnailOf(picture, side));
  }
  return sized;
}

function firstOf(sized: Map<Buffer, Buffer>, room: number): Map<Buffer, Buffer> {
  let left = room;
  const first = [...sized].filter(([, one]) => {
    left -= encodedLength(one);
    return left >= 0;
  });
  return new Map(first);
}

const encodedLength = ({ length }: Buffer) => Math.ceil(length / 3) * 4;
