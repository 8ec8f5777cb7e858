import { useEffect, useState } from 'preact/hooks';
import { api } from '../api.ts';
import { bytesText, percentText, timeText } from '../figures.ts';
import { Scrolled } from '../parts/scrolled.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { problemOf, useAnswer, useStudio, useWords } from '../shared.ts';
import { Trouble } from '../parts/trouble.tsx';
import type { Photo, PhotoFile } from '../wire.ts';
import { Code } from './code.tsx';
import { Compare } from './compare.tsx';
import { Devices } from './devices.tsx';
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

function Files({ files }: { files: PhotoFile[] }) {
  const words = useWords();
  return (
    <section>
      <h2>{words.files}</h2>
      <Scrolled label={words.files}>
        <table>
          <thead>
            <tr>
              <th>{words.preset}</th>
              <th class="number">{words.width}</th>
              <th>{words.format}</th>
              <th class="number">{words.bytes}</th>
              <th class="number">{words.saving}</th>
              <th class="number">{words.time}</th>
              <th>{words.state}</th>
            </tr>
          </thead>
          <tbody>
            {files.map(file => (
              <Row key={`${file.preset} ${file.width} ${file.format}`} file={file} all={files} />
            ))}
          </tbody>
        </table>
      </Scrolled>
    </section>
  );
}

function Row({ file, all }: { file: PhotoFile; all: PhotoFile[] }) {
  const words = useWords();
  const { preset, width, format, bytes, milliseconds, url, state, why } = file;
  const plain = all.find(
    one => one.preset === preset && one.width === width && one.format === 'jpeg',
  );
  const [problem, setProblem] = useState('');
  const download = async (from: string) => {
    try {
      await save(from);
      setProblem('');
    } catch (thrown) {
      setProblem(problemOf(thrown));
    }
  };
  const saving = bytes && plain?.bytes && plain !== file ? bytes / plain.bytes - 1 : undefined;
  return (
    <tr>
      <td>{preset}</td>
      <td class="number">{width}</td>
      <td>{format}</td>
      <td class="number">{bytes === undefined ? '' : bytesText(bytes)}</td>
      <td class="number">{saving === undefined ? '' : percentText(saving)}</td>
      <td class="number">{milliseconds === undefined ? '' : timeText(milliseconds)}</td>
      <td>
        {state === 'rendered' && url ? (
          <>
            <button type="button" class="plain" onClick={() => download(url)}>
              {words.download}
            </button>{' '}
            <span role="status">{problem}</span>
          </>
        ) : (
          why
        )}
      </td>
    </tr>
  );
}

/** A link to another origin is opened, not saved. */
async function save(url: string): Promise<void> {
  const answer = await fetch(url);
  // In place of a file that went meanwhile the CDN says so, which is no picture.
  if (!answer.ok) throw new Error(`expected the file, the CDN answered ${answer.status}`);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await answer.blob());
  link.download = decodeURIComponent(url.split('/').slice(-1)[0] ?? '');
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Counts what was heard of an original. */
function useNewsOf(original: string): [number, () => void] {
  const { listen } = useStudio();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const stop = listen(news => {
      if (!('original' in news) || news.original !== original) return;
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
