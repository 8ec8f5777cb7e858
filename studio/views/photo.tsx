import { useEffect, useState } from 'preact/hooks';
import { api } from '../api.ts';
import { bytesText } from '../figures.ts';
import { StateBadge } from '../parts/state-badge.tsx';
import { useAnswer, useStudio, useWords } from '../shared.ts';
import { Trouble } from '../parts/trouble.tsx';
import type { Photo } from '../wire.ts';
import { Code } from './code.tsx';
import { Compare } from './compare.tsx';
import { Devices } from './devices.tsx';
import { Files } from './files.tsx';
import { FocusPoint } from './focus.tsx';
import { TakeDown } from './take-down.tsx';

/** One original: what each device is shown, and every file with what it costs, or why it is not there. */

const NEWS_MS = 300;

export function PhotoView({ original }: { original: string }) {
  const words = useWords();
  const [turn, again] = useNewsOf(original);
  const { value: photo, problem } = useAnswer(() => api.photo(original), [original, turn]);
  return (
    <main>
      <p>
        <a href="#/album">{words.back}</a>
      </p>
      <h1>{original}</h1>
      <Trouble said={problem} />
      {photo ? <Shown photo={photo} /> : null}
      {photo ? <TakeDown photo={photo} onDone={again} /> : null}
    </main>
  );
}

function Shown({ photo }: { photo: Photo }) {
  const words = useWords();
  const { entry, size, why, rule, files, manifestUrl } = photo;
  return (
    <>
      <dl class="facts">
        <dt>{words.state}</dt>
        <dd>
          <StateBadge state={entry.state} />
        </dd>
        <dt>{words.original}</dt>
        <dd>
          {size ? `${size.format}, ${size.width} × ${size.height}, ` : ''}
          {bytesText(entry.bytes)}
        </dd>
        {rule ? (
          <>
            <dt>{words.rule}</dt>
            <dd>{rule}</dd>
          </>
        ) : null}
        {why ? (
          <>
            <dt>{words.why}</dt>
            <dd>{why}</dd>
          </>
        ) : null}
        <dt>manifest</dt>
        <dd>
          <a href={manifestUrl}>manifest.json</a>
        </dd>
      </dl>
      {photo.manifest && files.some(({ url }) => url) ? (
        <>
          <Devices photo={photo} />
          <Compare files={files} />
          <FocusPoint photo={photo} />
          <Code photo={photo} />
        </>
      ) : null}
      {files.length > 0 ? <Files files={files} /> : null}
    </>
  );
}

/** Counts what was heard of an original. */
function useNewsOf(original: string): [number, () => void] {
  const { listen } = useStudio();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const stop = listen(news => {
      const isAbout = news.kind === 'missed' || ('original' in news && news.original === original);
      if (!isAbout) return;
      waiting ??= setTimeout(() => {
        waiting = undefined;
        setTurn(count => count + 1);
      }, NEWS_MS);
    });
    return () => {
      stop();
      clearTimeout(waiting);
    };
  }, [original, listen]);
  return [turn, () => setTurn(count => count + 1)];
}
