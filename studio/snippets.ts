import { type Photo as Shown, picture } from '../client/index.ts';
import type { Photo, Place } from './wire.ts';

export interface Snippet {
  name: string;
  text: string;
}

/** Code that shows a photo by one preset, for those who build apps. Each asks the manifest or `/auto/`, never a size of its own. */
export function snippetsOf(
  { entry, manifest, manifestUrl }: Photo,
  { preset, place }: { preset: string; place: Place },
): Snippet[] {
  const { key } = entry;
  const auto = `${place.cdn}/auto/${preset}/${key.split('/').map(encodeURIComponent).join('/')}`;
  return [
    {
      name: '<picture>',
      text: picture(manifest as Shown, { base: place.cdn, preset, alt: key })
        .replaceAll('><', '>\n<')
        .replaceAll(', http', ',\n    http'),
    },
    {
      name: 'darkroom/client',
      text: `import { sourcesOf } from 'darkroom/client';

const manifest = await (await fetch(${literal(manifestUrl)})).json();
const { sources, img, background } = sourcesOf(manifest, {
  base: ${literal(place.cdn)},
  preset: ${literal(preset)},
  alt: ${literal(key)},
});`,
    },
    {
      name: '微信小程序 / mini-program',
      text: `<image mode="widthFix" src="${auto}?client=mini-program&w={{width}}&dpr={{dpr}}" />`,
    },
    {
      name: 'Swift',
      text: `AsyncImage(url: URL(string: "${auto}?client=ios&w=\\(Int(width))&dpr=\\(displayScale)"))`,
    },
    {
      name: 'Kotlin (Coil)',
      text: `AsyncImage(
    model = "${auto}?client=android&w=\${width.value.toInt()}&dpr=\${density.density}",
    contentDescription = null,
)`,
    },
  ];
}

/** A key may hold quotes, and so code of whoever uploaded it. */
const literal = (text: string) => JSON.stringify(text);
