import { useState } from 'preact/hooks';
import { api } from '../api.ts';
import { bytesText, percentText, timeText } from '../figures.ts';
import { Scrolled } from '../parts/scrolled.tsx';
import { problemOf, useWords } from '../shared.ts';
import type { PhotoFile } from '../wire.ts';

/** Every file of a set with what it costs, or why it is not there. */

export function Files({ files }: { files: PhotoFile[] }) {
  const words = useWords();
  const [scores, score] = useScores();
  const there = files.filter(({ state, key }) => state === 'rendered' && key !== undefined);
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
              <th class="number">SSIM</th>
              <th class="number">{words.time}</th>
              <th>{words.state}</th>
            </tr>
          </thead>
          <tbody>
            {files.map(file => (
              <Row
                key={nameOf(file)}
                file={file}
                all={files}
                score={scores.get(file.key ?? '')}
                onScore={() => score([file])}
              />
            ))}
          </tbody>
        </table>
      </Scrolled>
      {there.length > 0 ? (
        <p>
          <button type="button" onClick={() => score(there)}>
            {words.scoreAll}
          </button>{' '}
          <small>{words.scoreMeans}</small>
        </p>
      ) : null}
    </section>
  );
}

const nameOf = ({ preset, width, format }: PhotoFile) => `${preset} ${width} ${format}`;

type Scored = number | 'working' | { problem: string };

/** By the key of a file, which names what it was made of. */
function useScores(): [ReadonlyMap<string, Scored>, (files: PhotoFile[]) => Promise<void>] {
  const [scores, setScores] = useState<ReadonlyMap<string, Scored>>(new Map());
  const take = (key: string, scored: Scored) =>
    setScores(before => new Map(before).set(key, scored));
  const score = async (files: PhotoFile[]) => {
    const keys = files.flatMap(({ key }) => (key === undefined ? [] : [key]));
    const asked = keys.filter(key => !['number', 'string'].includes(typeof scores.get(key)));
    for (const key of asked) take(key, 'working');
    for (const key of asked) {
      try {
        take(key, (await api.score(key)).ssim);
      } catch (thrown) {
        take(key, { problem: problemOf(thrown) });
      }
    }
  };
  return [scores, score];
}

interface Shown {
  file: PhotoFile;
  all: PhotoFile[];
  score: Scored | undefined;
  onScore: () => void;
}

function Row({ file, all, score, onScore }: Shown) {
  const { preset, width, format, bytes, milliseconds, state } = file;
  const plain = all.find(
    one => one.preset === preset && one.width === width && one.format === 'jpeg',
  );
  const saving = bytes && plain?.bytes && plain !== file ? bytes / plain.bytes - 1 : undefined;
  return (
    <tr>
      <td>{preset}</td>
      <td class="number">{width}</td>
      <td>{format}</td>
      <td class="number">{bytes === undefined ? '' : bytesText(bytes)}</td>
      <td class="number">{saving === undefined ? '' : percentText(saving)}</td>
      <td class="number">
        {state === 'rendered' ? <Score file={file} score={score} onScore={onScore} /> : null}
      </td>
      <td class="number">{milliseconds === undefined ? '' : timeText(milliseconds)}</td>
      <td>
        <Standing file={file} score={score} />
      </td>
    </tr>
  );
}

function Score({ file, score, onScore }: Omit<Shown, 'all'>) {
  if (typeof score === 'number') return <>{score.toFixed(4)}</>;
  if (score === 'working') return <>…</>;
  return (
    <button type="button" class="plain" aria-label={`SSIM: ${nameOf(file)}`} onClick={onScore}>
      SSIM
    </button>
  );
}

/** To download, or why it is not there; and what went wrong with it. */
function Standing({ file, score }: Pick<Shown, 'file' | 'score'>) {
  const words = useWords();
  const [problem, setProblem] = useState('');
  const { state, url, why } = file;
  if (state !== 'rendered' || !url) return <>{why}</>;
  const download = async () => {
    try {
      await save(url);
      setProblem('');
    } catch (thrown) {
      setProblem(problemOf(thrown));
    }
  };
  return (
    <>
      <button type="button" class="plain" onClick={download}>
        {words.download}
      </button>{' '}
      <span role="status">{problem || (typeof score === 'object' ? score.problem : '')}</span>
    </>
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
