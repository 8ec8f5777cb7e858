import { useRef, useState } from 'preact/hooks';
import { api } from '../api.ts';
import { problemOf, useWords } from '../shared.ts';
import { Trouble } from '../parts/trouble.tsx';
import type { Photo } from '../wire.ts';

/** Asks before it removes anything, and shows what goes. */
export function TakeDown({ photo, onDone }: { photo: Photo; onDone: () => void }) {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState('');
  const [said, setSaid] = useState<{ done?: string; problem?: string }>({});
  const { key, state } = photo.entry;
  const isDown = state === 'taken-down';
  const files = photo.files.flatMap(file =>
    file.state === 'rendered' && file.key ? [file.key] : [],
  );
  const act = async (work: () => Promise<string>) => {
    dialog.current?.close();
    try {
      setSaid({ done: await work() });
      onDone();
    } catch (thrown) {
      setSaid({ problem: problemOf(thrown) });
    }
  };
  const takeDown = () =>
    act(async () => {
      const { removed, isPurged } = await api.takeDown(key, reason);
      return `${removed.length} ${words.removed}${isPurged ? '' : ` ${words.purgeWaits}`}`;
    });
  const undo = () =>
    act(async () => {
      await api.undo(key);
      return words.undone;
    });
  return (
    <section>
      <h2>{words.takeDown}</h2>
      {isDown ? (
        <button type="button" onClick={undo}>
          {words.undo}
        </button>
      ) : (
        <button type="button" onClick={() => dialog.current?.showModal()}>
          {words.takeDown} …
        </button>
      )}{' '}
      <span role="status">{said.done}</span>
      <Trouble said={said.problem} />
      <dialog ref={dialog} aria-labelledby="take-down-title">
        <h2 id="take-down-title">{words.takeDownAsks}</h2>
        <p>{key}</p>
        <p>{words.takeDownMeans}</p>
        <ul class="going">
          {files.map(file => (
            <li key={file}>{file}</li>
          ))}
        </ul>
        <label class="field">
          {words.reason}
          <input value={reason} onInput={({ currentTarget }) => setReason(currentTarget.value)} />
        </label>
        <p class="choices">
          <button type="button" onClick={() => dialog.current?.close()}>
            {words.cancel}
          </button>
          <button type="button" class="primary" onClick={takeDown}>
            {words.takeDown}
          </button>
        </p>
      </dialog>
    </section>
  );
}
