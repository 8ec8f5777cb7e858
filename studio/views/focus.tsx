import { useState } from 'preact/hooks';
import { api } from '../api.ts';
import { problemOf, useWords } from '../shared.ts';
import { wholeOf } from '../whole.ts';
import type { Photo } from '../wire.ts';

/** What crops keep in sight: a click says it, as the uploader may by `x-oss-meta-focus`. */
export function FocusPoint({ photo }: { photo: Photo }) {
  const words = useWords();
  const [said, setSaid] = useState('');
  const [point, setPoint] = useState(photo.focus);
  const whole = wholeOf(photo);
  if (!whole?.url) return null;
  const say = async (x: number, y: number) => {
    const focus = { x: thousandths(x), y: thousandths(y) };
    setPoint(focus);
    try {
      await api.focus(photo.entry.key, focus);
      setSaid(words.focusSaid);
    } catch (thrown) {
      setSaid(problemOf(thrown));
    }
  };
  return (
    <section>
      <h2>{words.focus}</h2>
      <p>{words.focusHint}</p>
      <button
        type="button"
        class="focus"
        aria-label={words.focus}
        onClick={({ currentTarget, offsetX, offsetY, detail }) => {
          // A key has no place.
          if (detail === 0) return;
          void say(offsetX / currentTarget.clientWidth, offsetY / currentTarget.clientHeight);
        }}
      >
        <img src={whole.url} alt="" draggable={false} />
        {point ? (
          <span class="point" style={{ left: `${point.x / 10}%`, top: `${point.y / 10}%` }} />
        ) : null}
      </button>
      <p class="choices">
        <Share
          label="x"
          value={point?.x ?? 500}
          onChange={x => say(x / 1000, (point?.y ?? 500) / 1000)}
        />
        <Share
          label="y"
          value={point?.y ?? 500}
          onChange={y => say((point?.x ?? 500) / 1000, y / 1000)}
        />
        <span role="status">{said}</span>
      </p>
    </section>
  );
}

interface Sharing {
  label: string;
  value: number;
  onChange: (value: number) => void;
}

/** For those who do not point. */
function Share({ label, value, onChange }: Sharing) {
  return (
    <label>
      {label}{' '}
      <input
        type="number"
        min={0}
        max={1}
        step={0.01}
        value={value / 1000}
        onChange={({ currentTarget }) => onChange(thousandths(Number(currentTarget.value)))}
      />
    </label>
  );
}

const thousandths = (share: number) => Math.round(1000 * Math.min(1, Math.max(0, share)));
