import { useState } from 'preact/hooks';
import { Scrolled } from '../parts/scrolled.tsx';
import { firstShown, useStudio, useWords } from '../shared.ts';
import { snippetsOf } from '../snippets.ts';
import type { Photo } from '../wire.ts';

/** What shows this photo in an app, to copy. */
export function Code({ photo }: { photo: Photo }) {
  const words = useWords();
  const { place } = useStudio();
  const made = photo.files.filter(({ url }) => url).map(({ preset }) => preset);
  const preset = firstShown(made) ?? '';
  return (
    <section>
      <h2>{words.code}</h2>
      {snippetsOf(photo, { preset, place }).map(({ name, text }) => (
        <Snippet key={name} name={name} text={text} />
      ))}
    </section>
  );
}

function Snippet({ name, text }: { name: string; text: string }) {
  const words = useWords();
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <details>
      <summary>{name}</summary>
      <button type="button" class="plain" onClick={copy}>
        {isCopied ? words.copied : words.copy}
      </button>
      <Scrolled label={name}>
        <pre>{text}</pre>
      </Scrolled>
    </details>
  );
}
