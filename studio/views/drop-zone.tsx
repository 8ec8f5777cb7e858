import { useEffect, useRef, useState } from 'preact/hooks';
import {
  chosen,
  type Dropped,
  filesDropped,
  MOST_PHOTOS,
  MOST_WALKED,
  type Taken,
} from '../dropped.ts';
import { bytesText, timeText } from '../figures.ts';
import { keysApart } from '../keys-apart.ts';
import { photoAddress, problemOf, useStudio, useWords } from '../shared.ts';
import { type Sending, sendAll, sendingOf } from '../upload.ts';
import type { LiveFile } from '../wire.ts';
import type { Words } from '../words.ts';

/** Photos on their way in, and each of their files as it is written. */

export function DropZone() {
  const words = useWords();
  const [prefix, setPrefix] = useState('photos/');
  const [isOver, setOver] = useState(false);
  const [sendings, send] = useSendings(prefix);
  const [said, setSaid] = useState('');
  const take = async (dropped: Promise<Taken | 'too-many'>) => {
    try {
      const taken = await dropped;
      if (taken !== 'too-many') send(taken.files);
      setSaid(saidOf(taken, words));
    } catch (thrown) {
      setSaid(problemOf(thrown));
    }
  };
  const files = useLiveFiles(sendings);
  return (
    <section
      class={`drop ${isOver ? 'over' : ''}`}
      aria-label={words.drop}
      onDragOver={event => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={event => {
        event.preventDefault();
        setOver(false);
        if (event.dataTransfer) void take(filesDropped(event.dataTransfer));
      }}
    >
      <p>
        {words.drop}{' '}
        <label class="button">
          {words.choose}
          <input
            type="file"
            class="hidden"
            accept="image/*,.heic"
            multiple
            onChange={({ currentTarget }) => {
              send(chosen([...(currentTarget.files ?? [])]));
              currentTarget.value = '';
            }}
          />
        </label>
      </p>
      <label class="field">
        {words.below}
        <input value={prefix} onInput={({ currentTarget }) => setPrefix(currentTarget.value)} />
      </label>
      <span role="status">{said}</span>
      <ul class="sendings" aria-live="polite">
        {sendings.map(sending => (
          <Coming key={sending.id} sending={sending} files={files.get(sending.key) ?? []} />
        ))}
      </ul>
    </section>
  );
}

function saidOf(taken: Taken | 'too-many', words: Words): string {
  if (taken === 'too-many') return words.tooMany(MOST_PHOTOS, MOST_WALKED);
  const { files, leftOut, unread } = taken;
  const said = [
    leftOut > 0 ? words.leftOut(leftOut) : '',
    unread > 0 ? words.unreadFiles(unread) : '',
  ];
  if (files.length + leftOut + unread === 0) return words.noFiles;
  return said.filter(Boolean).join(' ');
}

function Coming({ sending, files }: { sending: Sending; files: LiveFile[] }) {
  const words = useWords();
  const { key, preview, bytes, sent, state, problem } = sending;
  const said = state === 'failed' ? `${words.sendingFailed}: ${problem}` : words[state];
  return (
    <li>
      <img class="preview" src={preview} alt="" loading="lazy" decoding="async" />
      <div>
        <a href={photoAddress(key)}>{key}</a>{' '}
        <small>
          {bytesText(bytes)}, {said}
        </small>
        {state === 'sending' ? <progress value={sent} max={1} aria-label={key} /> : null}
        <ul class="arrived">
          {files.map(file => (
            <li key={file.key}>
              <a href={file.url}>
                {file.preset} {file.width} {file.format}
              </a>{' '}
              <small>
                {bytesText(file.bytes)}, {timeText(file.milliseconds)}
              </small>
            </li>
          ))}
        </ul>
      </div>
    </li>
  );
}

/** The latest first. */
function useSendings(prefix: string): [Sending[], (files: Dropped[]) => void] {
  const [sendings, setSendings] = useState<Sending[]>([]);
  const take = (changed: Sending) =>
    setSendings(all => all.map(one => (one.id === changed.id ? changed : one)));
  const send = (files: Dropped[]) => {
    const onTheirWay = sendings.filter(({ state }) => state === 'waiting' || state === 'sending');
    const taken = onTheirWay.map(({ key }) => key);
    const keys = keysApart(
      files.map(({ path }) => path),
      prefix,
      taken,
    );
    const started = files.map(({ file }, at) => ({
      file,
      sending: sendingOf(file, keys[at] ?? ''),
    }));
    setSendings(all => [...started.map(({ sending }) => sending), ...all]);
    void sendAll(started, take);
  };
  return [sendings, send];
}

/** By original, the smallest first: of what this page sent, however much comes in beside it. */
function useLiveFiles(sendings: Sending[]): ReadonlyMap<string, LiveFile[]> {
  const { listen } = useStudio();
  const [files, setFiles] = useState<ReadonlyMap<string, LiveFile[]>>(new Map());
  const sent = useRef(new Set<string>());
  sent.current = new Set(sendings.map(({ key }) => key));
  useEffect(
    () =>
      listen(news => {
        if (news.kind !== 'file' || !sent.current.has(news.original)) return;
        const { original, file } = news;
        setFiles(before => {
          const others = (before.get(original) ?? []).filter(({ key }) => key !== file.key);
          const sorted = [...others, file].sort((a, b) => a.bytes - b.bytes);
          return new Map(before).set(original, sorted);
        });
      }),
    [listen],
  );
  return files;
}
