import { useEffect, useRef, useState } from 'preact/hooks';
import { bytesText } from '../figures.ts';
import { Choice } from '../parts/choice.tsx';
import { Scrolled } from '../parts/scrolled.tsx';
import { useWords } from '../shared.ts';
import type { PhotoFile } from '../wire.ts';

/** Two files of the same pixels, one over the other up to a line. */

const nameOf = ({ preset, width, format, bytes }: PhotoFile) =>
  `${preset} ${width} ${format}${bytes === undefined ? '' : `, ${bytesText(bytes)}`}`;

export function Compare({ files }: { files: PhotoFile[] }) {
  const words = useWords();
  const there = files.filter(({ url, state }) => url && state === 'rendered');
  const [left, setLeft] = useState<string>();
  const [right, setRight] = useState<string>();
  const [line, setLine] = useState(50);
  const [zoom, setZoom] = useState(1);
  const [first, second] = pairOf(there, left, right);
  const width = (first?.width ?? 0) * zoom;
  const stack = useInSight((width * line) / 100);
  if (!first || !second) return null;
  const options = there.map(file => ({ value: file.key ?? '', name: nameOf(file) }));
  return (
    <section class="compare">
      <h2>{words.compare}</h2>
      <p>{words.compareHint}</p>
      <p class="choices">
        <Choice
          label={words.leftSide}
          options={options}
          chosen={first.key ?? ''}
          onChoose={setLeft}
        />
        <Choice
          label={words.rightSide}
          options={options}
          chosen={second.key ?? ''}
          onChoose={setRight}
        />
        <label>
          {words.zoom}{' '}
          <select
            value={zoom}
            onChange={({ currentTarget }) => setZoom(Number(currentTarget.value))}
          >
            {[1, 2, 4, 8].map(times => (
              <option key={times} value={times}>
                {times}x
              </option>
            ))}
          </select>
        </label>
      </p>
      <label class="divider">
        <span class="hidden">{words.divider}</span>
        <input
          type="range"
          min={0}
          max={100}
          value={line}
          onInput={({ currentTarget }) => setLine(Number(currentTarget.value))}
        />
      </label>
      <Scrolled label={words.compare}>
        <div ref={stack} class="stack" style={{ width: `${width}px` }}>
          <img src={first.url} alt={nameOf(first)} />
          <img
            class="over"
            src={second.url}
            alt={nameOf(second)}
            style={{ clipPath: `inset(0 0 0 ${line}%)` }}
          />
          <span class="line" style={{ left: `${line}%` }} />
        </div>
      </Scrolled>
    </section>
  );
}

/** Moves what is wider than the screen so that this place of it, in pixels, is on it. */
function useInSight(x: number) {
  const shown = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = shown.current?.closest('.wide');
    if (!box || (x >= box.scrollLeft && x <= box.scrollLeft + box.clientWidth)) return;
    box.scrollLeft = x - box.clientWidth / 2;
  }, [x]);
  return shown;
}

/** Fits most screens, pixel by pixel. */
const WIDEST = 1080;

/** By themselves the largest size that is there in two formats, its JPEG against what most are sent. */
function pairOf(files: PhotoFile[], left?: string, right?: string): (PhotoFile | undefined)[] {
  const named = (key?: string) => files.find(file => file.key === key);
  const plain = files
    .filter(({ format, width }) => format === 'jpeg' && width <= WIDEST)
    .sort((a, b) => b.width - a.width);
  const first = named(left) ?? plain.find(one => othersOf(one, files).length > 0) ?? files[0];
  const second = named(right) ?? (first && (othersOf(first, files)[0] ?? first));
  return [first, second];
}

function othersOf(file: PhotoFile, files: PhotoFile[]): PhotoFile[] {
  const { preset, width, format } = file;
  return files
    .filter(one => one.preset === preset && one.width === width && one.format !== format)
    .sort((a, b) => (a.bytes ?? 0) - (b.bytes ?? 0));
}
