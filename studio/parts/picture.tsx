import { thumbHashUrl } from '../../client/thumbhash.ts';
import type { Placeholder } from '../wire.ts';

interface Shown {
  url?: string | undefined;
  alt: string;
  placeholder?: Placeholder | undefined;
  class?: string;
}

/** A picture over its ThumbHash, which is there at once. */
export function Picture({ url, alt, placeholder, class: name = '' }: Shown) {
  const hash = placeholder && thumbHashUrl(placeholder.thumbHash);
  const background = placeholder
    ? { background: `${placeholder.colour}${hash ? ` url(${hash}) center/cover` : ''}` }
    : {};
  return (
    <span class={`picture ${name}`} style={background}>
      {url ? <img src={url} alt={alt} loading="lazy" decoding="async" /> : null}
    </span>
  );
}
