import { useEffect, useState } from 'preact/hooks';
import { api } from '../api.ts';
import { type AlbumBook, albumBook } from '../album-book.ts';
import { bytesText } from '../figures.ts';
import { hasInIt } from '../has-in-it.ts';
import { inTurn } from '../in-turn.ts';
import { Choice } from '../parts/choice.tsx';
import { Picture } from '../parts/picture.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { photoAddress, problemOf, useStudio, useWords } from '../shared.ts';
import { Trouble } from '../parts/trouble.tsx';
import { type AlbumEntry, type AlbumFilter, type AlbumPage, type News, STATES } from '../wire.ts';
import { DropZone } from './drop-zone.tsx';

/** Originals by their keys, and what comes in meanwhile. */

interface Found {
  page?: AlbumPage;
  problem?: string;
}

const TYPED_MS = 250;
/** Files of one set come within milliseconds of each other. */
const NEWS_MS = 300;

export function Album() {
  const words = useWords();
  const [filter, setFilter] = useState<AlbumFilter>({ prefix: '', contains: '' });
  const [{ page, problem }, more] = useAlbum(filter);
  const isFiltered = filter.contains !== '' || filter.state !== undefined;
  return (
    <main>
      <h1>{words.album}</h1>
      <DropZone />
      <Filter filter={filter} onFilter={setFilter} />
      <Trouble said={problem} />
      {page && isFiltered ? <Searched page={page} /> : null}
      {page && page.entries.length === 0 && !isFiltered ? (
        <p>{filter.prefix ? words.nothingBelow : words.nothing}</p>
      ) : null}
      <ul class="album" aria-label={words.album}>
        {page?.entries.map(entry => (
          <Tile key={entry.key} entry={entry} />
        ))}
      </ul>
      {page?.after === undefined ? null : (
        <button type="button" onClick={more}>
          {isFiltered ? words.searchOn : words.more}
        </button>
      )}
    </main>
  );
}

interface Filtering {
  filter: AlbumFilter;
  onFilter: (filter: AlbumFilter) => void;
}

function Filter({ filter, onFilter }: Filtering) {
  const words = useWords();
  const { prefix, contains, state } = filter;
  const states = STATES.map(value => ({ value, name: words.states[value] }));
  return (
    <div class="field">
      <label>
        {words.search}{' '}
        <input
          type="search"
          value={prefix}
          placeholder="users/1/"
          onInput={({ currentTarget }) => onFilter({ ...filter, prefix: currentTarget.value })}
        />
      </label>
      <label>
        {words.contains}{' '}
        <input
          type="search"
          value={contains}
          onInput={({ currentTarget }) => onFilter({ ...filter, contains: currentTarget.value })}
        />
      </label>
      <Choice
        label={words.state}
        options={[{ value: '', name: words.anyState }, ...states]}
        chosen={state ?? ''}
        onChoose={value => onFilter({ ...filter, state: STATES.find(one => one === value) })}
      />
    </div>
  );
}

/** How far a search has come: it may find none in what it has looked through so far. */
function Searched({ page: { entries, searched, after } }: { page: AlbumPage }) {
  const words = useWords();
  const said = after === undefined ? words.searchedAll : words.searched;
  return (
    <p role="status">
      {said(searched, entries.length)} {entries.length === 0 ? words.noneMatches : ''}
    </p>
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

/**
 * Whether it changes what is shown. Where keys are searched by their state one file more is no news, since each time all
 * that was looked through would be again.
 */
function hears(book: AlbumBook, news: News, { prefix, contains, state }: AlbumFilter): boolean {
  if (news.kind === 'missed') return book.doubt();
  if (!('original' in news) || !news.original.startsWith(prefix)) return false;
  if (!hasInIt(news.original, contains)) return false;
  return !(state && news.kind === 'file') && book.hear(news.original, news.kind);
}

/** The pages that were asked for, and those anew of which something was heard. */
function useAlbum(filter: AlbumFilter): [Found, () => void] {
  const { listen } = useStudio();
  const [found, setFound] = useState<Found>({});
  const [more, setMore] = useState<() => void>(() => () => undefined);
  useEffect(() => {
    let isWanted = true;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const book = albumBook(after => api.album(filter, after));
    const read = inTurn(async () => {
      try {
        const page = await book.read();
        if (isWanted) setFound({ page });
      } catch (thrown) {
        if (isWanted) setFound(before => ({ ...before, problem: problemOf(thrown) }));
      }
    });
    const readIn = (milliseconds: number) => {
      waiting ??= setTimeout(() => {
        waiting = undefined;
        void read();
      }, milliseconds);
    };
    readIn(filter.prefix || filter.contains ? TYPED_MS : 0);
    setMore(() => () => {
      book.more();
      void read();
    });
    const stop = listen(news => {
      if (hears(book, news, filter)) readIn(NEWS_MS);
    });
    return () => {
      isWanted = false;
      stop();
      clearTimeout(waiting);
    };
  }, [filter, listen]);
  return [found, more];
}
