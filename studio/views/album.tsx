import { useEffect, useState } from 'preact/hooks';
import { api } from '../api.ts';
import { type AlbumBook, albumBook } from '../album-book.ts';
import { bytesText } from '../figures.ts';
import { inTurn } from '../in-turn.ts';
import { Picture } from '../parts/picture.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { photoAddress, problemOf, useStudio, useWords } from '../shared.ts';
import { Trouble } from '../parts/trouble.tsx';
import type { AlbumEntry, News } from '../wire.ts';
import { DropZone } from './drop-zone.tsx';

/** Originals by their keys, and what comes in meanwhile. */

interface Found {
  entries: AlbumEntry[];
  after?: string | undefined;
  problem?: string;
}

const TYPED_MS = 250;
/** Files of one set come within milliseconds of each other. */
const NEWS_MS = 300;

export function Album() {
  const words = useWords();
  const [prefix, setPrefix] = useState('');
  const [found, more] = useAlbum(prefix);
  return (
    <main>
      <h1>{words.album}</h1>
      <DropZone />
      <label class="field">
        {words.search}
        <input
          type="search"
          value={prefix}
          placeholder="users/1/"
          onInput={({ currentTarget }) => setPrefix(currentTarget.value)}
        />
      </label>
      <Trouble said={found?.problem} />
      {found && found.entries.length === 0 ? (
        <p>{prefix ? words.nothingBelow : words.nothing}</p>
      ) : null}
      <ul class="album" aria-label={words.album}>
        {found?.entries.map(entry => (
          <Tile key={entry.key} entry={entry} />
        ))}
      </ul>
      {found?.after === undefined ? null : (
        <button type="button" onClick={more}>
          {words.more}
        </button>
      )}
    </main>
  );
}

function Tile({ entry }: { entry: AlbumEntry }) {
  const { key, state, done, wanted, thumbnail, placeholder, bytes } = entry;
  return (
    <li>
      <a href={photoAddress(key)}>
        <Picture url={thumbnail} alt="" placeholder={placeholder} class="tile" />
        <span class="name">{key}</span>
        <span class="facts">
          <StateBadge state={state} /> {wanted > 0 ? `${done}/${wanted} · ` : ''}
          {bytesText(bytes)}
        </span>
      </a>
    </li>
  );
}

/** Whether it changes what is shown. */
function hears(book: AlbumBook, news: News, prefix: string): boolean {
  if (news.kind === 'missed') return book.doubt();
  if (!('original' in news) || !news.original.startsWith(prefix)) return false;
  return book.hear(news.original, news.kind);
}

/** The pages that were asked for, and those anew of which something was heard. */
function useAlbum(prefix: string): [Found | undefined, () => void] {
  const { listen } = useStudio();
  const [found, setFound] = useState<Found>();
  const [more, setMore] = useState<() => void>(() => () => undefined);
  useEffect(() => {
    let isWanted = true;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const book = albumBook(after => api.album(prefix, after));
    const read = inTurn(async () => {
      try {
        const page = await book.read();
        if (isWanted) setFound(page);
      } catch (thrown) {
        if (isWanted)
          setFound((before = { entries: [] }) => ({ ...before, problem: problemOf(thrown) }));
      }
    });
    const readIn = (milliseconds: number) => {
      waiting ??= setTimeout(() => {
        waiting = undefined;
        void read();
      }, milliseconds);
    };
    readIn(prefix === '' ? 0 : TYPED_MS);
    setMore(() => () => {
      book.more();
      void read();
    });
    const stop = listen(news => {
      if (hears(book, news, prefix)) readIn(NEWS_MS);
    });
    return () => {
      isWanted = false;
      stop();
      clearTimeout(waiting);
    };
  }, [prefix, listen]);
  return [found, more];
}
