import type { Size } from '../picture/picture.ts';

/** How large a picture is shown to who judges it: services look at few more pixels, and ask for more than 200 x 200. */
const LONGER = 1000;
/** What is long or wide is shown larger: at 1,000 pixels it would be a strip in which nothing can be told. */
const SHORTER = 400;
const PIXELS = 4e6;
/** 16,384 is the most that the service takes. https://help.aliyun.com/document_detail/467829.html */
const LONGEST = 16_000;

/** Never enlarged. */
export function viewOf({ width, height }: Size): Size {
  const [longer, shorter] = [Math.max(width, height), Math.min(width, height)];
  const most = Math.min(LONGEST / longer, Math.sqrt(PIXELS / (width * height)));
  const scale = Math.min(1, Math.max(LONGER / longer, Math.min(SHORTER / shorter, most)));
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}
