import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../api.ts';
import type { Opened } from '../editor/editor.ts';
import { problemOf, useAnswer, useStudio, useWords } from '../shared.ts';
import { Trouble } from '../parts/trouble.tsx';
import type { ListCheck, ListPlan, ListProblem, ListText } from '../wire.ts';
import { PlanView } from './plan.tsx';
import { Preview } from './preview.tsx';

/** The list as people write it, checked at each line, planned, and put in force. */
export function PresetsView() {
  const words = useWords();
  const { value: list, problem } = useAnswer(api.list, []);
  return (
    <main>
      <h1>{words.presets}</h1>
      <Trouble said={problem} />
      {list ? <Edited list={list} /> : null}
    </main>
  );
}

function Edited({ list }: { list: ListText }) {
  const words = useWords();
  const [text, setText] = useState(list.text);
  const [{ problems, presets }, setChecked] = useState<ListCheck>({ problems: [] });
  const [said, setSaid] = useState<Said>({});
  const [plan, setPlan] = useState<ListPlan>();
  const act = async (work: () => Promise<string | undefined>) => {
    setSaid({ isBusy: true });
    try {
      setSaid({ done: await work() });
    } catch (thrown) {
      setSaid({ problem: problemOf(thrown) });
    }
  };
  const count = () =>
    act(async () => {
      setPlan(await api.plan(text));
      return undefined;
    });
  const apply = ({ id }: ListPlan) =>
    act(async () => {
      await api.apply(id);
      setPlan(undefined);
      return words.saved;
    });
  const change = (next: string) => {
    setText(next);
    setPlan(undefined);
  };
  const isOrderly = problems.length === 0;
  return (
    <>
      {list.rejected ? <p class="trouble">{list.rejected}</p> : null}
      <Editor list={list} text={text} onChange={change} onChecked={setChecked} />
      <Problems problems={problems} />
      <p class="choices">
        <button type="button" disabled={!isOrderly || said.isBusy} onClick={count}>
          {words.plan}
        </button>
        {plan ? (
          <button
            type="button"
            class="primary"
            disabled={!isOrderly || said.isBusy || plan.from === plan.to}
            onClick={() => apply(plan)}
          >
            {words.save}
          </button>
        ) : null}
        <span role="status">{said.isBusy ? words.working : said.done}</span>
      </p>
      <Trouble said={said.problem} />
      {plan ? <PlanView plan={plan} /> : null}
      {isOrderly ? <Preview text={text} names={presets} /> : null}
    </>
  );
}

interface Said {
  isBusy?: true;
  done?: string | undefined;
  problem?: string;
}

function Problems({ problems }: { problems: ListProblem[] }) {
  const words = useWords();
  return (
    <ul class="problems" aria-live="polite" aria-label={words.problems}>
      {problems.map(({ line, column, message }) => (
        <li key={`${line}:${column} ${message}`} class="trouble">
          presets.yaml:{line}:{column} {message}
        </li>
      ))}
    </ul>
  );
}

interface Editing {
  list: ListText;
  text: string;
  onChange: (text: string) => void;
  onChecked: (check: ListCheck) => void;
}

function Editor({ list, text, onChange, onChecked }: Editing) {
  const words = useWords();
  const { language } = useStudio();
  const place = useRef<HTMLDivElement>(null);
  // Another language opens another editor, of what is written by then.
  const latest = useRef(text);
  latest.current = text;
  useEffect(() => {
    let opened: Opened | undefined;
    let isWanted = true;
    void import('../editor/editor.ts').then(({ openEditor }) => {
      if (!isWanted || !place.current) return;
      const { schema } = list;
      const parent = place.current;
      opened = openEditor({
        parent,
        text: latest.current,
        schema,
        label: words.presets,
        onChange,
        onChecked,
      });
    });
    return () => {
      isWanted = false;
      opened?.close();
    };
  }, [list, language]);
  return <div class="editor" ref={place} />;
}
