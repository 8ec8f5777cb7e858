import { useState } from 'preact/hooks';
import { api } from '../api.ts';
import { bytesText, percentText } from '../figures.ts';
import { Choice } from '../parts/choice.tsx';
import { problemOf, useAnswer, useStudio, useWords } from '../shared.ts';
import type { Photo, PreviewFile } from '../wire.ts';

/** A photo by the list in force, and by the one in the editor, before anybody puts it there. */

interface Shown {
  before: Photo;
  after: PreviewFile[];
}

/** `names`: of the list's presets, once it was looked through. */
export function Preview({ text, names }: { text: string; names: string[] | undefined }) {
  const words = useWords();
  const { place } = useStudio();
  const { value: album } = useAnswer(() => api.album({ prefix: '', contains: '' }), []);
  const keys = album?.entries.map(({ key }) => key) ?? [];
  const presets = names ?? place.presets.map(({ name }) => name);
  const [key, setKey] = useState<string>();
  const [preset, setPreset] = useState<string>();
  const [shown, setShown] = useState<Shown>();
  const [said, setSaid] = useState('');
  const chosen = {
    key: key ?? keys[0] ?? '',
    preset: presets.find(one => one === preset) ?? presets[0] ?? '',
  };
  const look = async () => {
    setSaid(words.working);
    try {
      const [before, after] = await Promise.all([
        api.photo(chosen.key),
        api.preview(text, chosen.key, chosen.preset),
      ]);
      setShown({ before, after });
      setSaid('');
    } catch (thrown) {
      setSaid(problemOf(thrown));
    }
  };
  if (keys.length === 0) return null;
  return (
    <section>
      <h2>{words.preview}</h2>
      <p class="choices">
        <Choice
          label={words.original}
          options={keys.map(value => ({ value }))}
          chosen={chosen.key}
          onChoose={setKey}
        />
        <Choice
          label={words.preset}
          options={presets.map(value => ({ value }))}
          chosen={chosen.preset}
          onChoose={setPreset}
        />
        <button type="button" onClick={look}>
          {words.preview}
        </button>
        <span role="status">{said}</span>
      </p>
      {shown ? <Pairs {...shown} /> : null}
    </section>
  );
}

function Pairs({ before, after }: Shown) {
  const words = useWords();
  return (
    <ul class="pairs">
      {after.map(file => {
        const { preset, width, format, bytes, url } = file;
        const former = before.files.find(
          one => one.preset === preset && one.width === width && one.format === format,
        );
        const name = `${preset} ${width} ${format}`;
        const change = former?.bytes ? `, ${percentText(bytes / former.bytes - 1)}` : '';
        return (
          <li key={name}>
            <h3>{name}</h3>
            <figure>
              {former?.url && former.state === 'rendered' ? (
                <img src={former.url} alt={`${name}, ${words.before}`} />
              ) : null}
              <figcaption>
                {words.before} {former?.bytes ? bytesText(former.bytes) : '—'}
              </figcaption>
            </figure>
            <figure>
              <img src={url} alt={`${name}, ${words.after}`} />
              <figcaption>
                {words.after} {bytesText(bytes)}
                {change}
              </figcaption>
            </figure>
          </li>
        );
      })}
    </ul>
  );
}
