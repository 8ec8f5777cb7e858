import { render } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { api } from './api.ts';
import { follow, type Line } from './line.ts';
import { keyIn, StudioContext, useAnswer, useWords } from './shared.ts';
import { Album } from './views/album.tsx';
import { PhotoView } from './views/photo.tsx';
import { PresetsView } from './views/presets.tsx';
import { RunsView } from './views/runs.tsx';
import type { News } from './wire.ts';
import { chooseLanguage, firstLanguage, type Language } from './words.ts';

/** One page: its place is what follows the # of its address. */

const listeners = new Set<(news: News) => void>();

function listen(listener: (news: News) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function useAddress(): string {
  const [address, setAddress] = useState(location.hash);
  useEffect(() => {
    const read = () => setAddress(location.hash);
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  return address;
}

function Page() {
  const [language, setLanguage] = useState<Language>(firstLanguage);
  const [line, setLine] = useState<Line>('up');
  const [lists, setLists] = useState(0);
  useEffect(() => {
    const onNews = (news: News) => {
      for (const listener of listeners) listener(news);
      if (news.kind === 'list' || news.kind === 'missed') setLists(count => count + 1);
    };
    void follow({ onNews, onLine: setLine });
  }, []);
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);
  const place = useAnswer(api.place, [lists, line]);
  const studio = useMemo(
    () => place.value && { language, place: place.value, listen },
    [language, place.value],
  );
  const switchLanguage = () => {
    const next = language === 'zh' ? 'en' : 'zh';
    chooseLanguage(next);
    setLanguage(next);
  };
  if (!studio) return <p role="status">{place.problem ?? '…'}</p>;
  return (
    <StudioContext.Provider value={studio}>
      <Header onLanguage={switchLanguage} />
      <LineState line={line} />
      <Main />
    </StudioContext.Provider>
  );
}

function LineState({ line }: { line: Line }) {
  const words = useWords();
  if (line === 'up') return null;
  return (
    <p class="trouble" role="alert">
      {line === 'down' ? words.lineLost : words.lineRenewed}{' '}
      {line === 'renewed' ? (
        <button type="button" onClick={() => location.reload()}>
          {words.reload}
        </button>
      ) : null}
    </p>
  );
}

function Header({ onLanguage }: { onLanguage: () => void }) {
  const words = useWords();
  const address = useAddress();
  const isOther = ['#/presets', '#/runs', '#/photo/'].some(one => address.startsWith(one));
  const isCurrent = (start: string) => {
    const isHere = start === '#/album' ? !isOther : address.startsWith(start);
    return isHere ? { 'aria-current': 'page' as const } : {};
  };
  return (
    <header>
      <a class="brand" href="#/">
        Darkroom
      </a>
      <nav>
        <a href="#/album" {...isCurrent('#/album')}>
          {words.album}
        </a>
        <a href="#/presets" {...isCurrent('#/presets')}>
          {words.presets}
        </a>
        <a href="#/runs" {...isCurrent('#/runs')}>
          {words.runs}
        </a>
      </nav>
      <button type="button" class="plain" onClick={onLanguage}>
        {words.language}
      </button>
    </header>
  );
}

function Main() {
  const address = useAddress();
  const key = keyIn(address);
  if (key !== undefined) return <PhotoView key={key} original={key} />;
  if (address === '#/presets') return <PresetsView />;
  return address === '#/runs' ? <RunsView /> : <Album />;
}

const root = document.getElementById('studio');
if (root) render(<Page />, root);
