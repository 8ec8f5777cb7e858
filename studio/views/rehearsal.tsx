import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../api.ts';
import { Scrolled } from '../parts/scrolled.tsx';
import { problemOf, useWords } from '../shared.ts';
import type { Rehearsal, RehearsalPlot } from '../wire.ts';

/** A day of uploads with a spike, simulated within some quotas of instances, as plots. */

export function RehearsalSection() {
  const words = useWords();
  const [uploads, setUploads] = useState('1000000');
  const [spike, setSpike] = useState('3');
  const [quotas, setQuotas] = useState('100, 300');
  const [said, setSaid] = useState('');
  const [shown, setShown] = useState<Rehearsal>();
  const [isWorking, setWorking] = useState(false);
  const rehearse = async () => {
    setWorking(true);
    setSaid(words.working);
    try {
      const asked = { uploadsPerDay: Number(uploads), spike: Number(spike) };
      setShown(await api.rehearse({ ...asked, quotas: quotas.split(',').map(Number) }));
      setSaid('');
    } catch (thrown) {
      setSaid(problemOf(thrown));
    }
    setWorking(false);
  };
  return (
    <section>
      <h2>{words.rehearsal}</h2>
      <p>{words.rehearsalMeans}</p>
      <form
        class="choices"
        onSubmit={event => {
          event.preventDefault();
          void rehearse();
        }}
      >
        <Figure label={words.uploadsPerDay} value={uploads} onValue={setUploads} />
        <Figure label={words.spike} value={spike} onValue={setSpike} />
        <Figure label={words.quotas} value={quotas} onValue={setQuotas} />
        <button type="submit" disabled={isWorking}>
          {words.rehearse}
        </button>
        <span role="status">{said}</span>
      </form>
      {shown ? <Shown rehearsal={shown} /> : null}
    </section>
  );
}

interface Figured {
  label: string;
  value: string;
  onValue: (value: string) => void;
}

function Figure({ label, value, onValue }: Figured) {
  return (
    <label>
      {label}{' '}
      <input
        class="figure"
        inputMode="numeric"
        value={value}
        onInput={({ currentTarget }) => onValue(currentTarget.value)}
      />
    </label>
  );
}

function Shown({ rehearsal }: { rehearsal: Rehearsal }) {
  const { what, headings, rows, notes, plots } = rehearsal;
  const words = useWords();
  return (
    <>
      {what.map(sentence => (
        <p key={sentence}>{sentence}</p>
      ))}
      <Scrolled label={words.rehearsal}>
        <table>
          <thead>
            <tr>
              {headings.map(heading => (
                <th key={heading} class="number">
                  {heading}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(row => (
              <tr key={row[0]}>
                {row.map((cell, at) => (
                  <td key={headings[at]} class="number">
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
      {notes.map(sentence => (
        <p key={sentence}>{sentence}</p>
      ))}
      {plots.map(plot => (
        <Plot key={plot.title} plot={plot} />
      ))}
    </>
  );
}

function Plot({ plot: { title, unit, names, svg } }: { plot: RehearsalPlot }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { body } = new DOMParser().parseFromString(svg, 'text/html');
    place.current?.replaceChildren(...body.childNodes);
  }, [svg]);
  return (
    <figure class="plot">
      <figcaption>
        <b>{title}</b>, {unit}{' '}
        {names.length > 1
          ? names.map((name, at) => (
              <span key={name} class="key">
                <i class={`c${at}`} />
                {name}
              </span>
            ))
          : null}
      </figcaption>
      <Scrolled label={title}>
        <div ref={place} />
      </Scrolled>
    </figure>
  );
}
