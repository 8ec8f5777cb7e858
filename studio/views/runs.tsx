import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { api } from '../api.ts';
import { timeText } from '../figures.ts';
import { Scrolled } from '../parts/scrolled.tsx';
import { problemOf, useAnswer, useStudio, useWords } from '../shared.ts';
import { Trouble } from '../parts/trouble.tsx';
import { RehearsalSection } from './rehearsal.tsx';
import type { FailureEntry, RunEntry } from '../wire.ts';

/** What works on many originals, how far it is, and what was given up. */

const LOOK_MS = 2000;

export function RunsView() {
  const words = useWords();
  const { listen } = useStudio();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const again = () => setTurn(count => count + 1);
    const timer = setInterval(() => {
      if (!document.hidden) again();
    }, LOOK_MS);
    const stop = listen(({ kind }) => {
      if (['run', 'trouble', 'list', 'missed'].includes(kind)) again();
    });
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [listen]);
  const { value: work, problem } = useAnswer(api.work, [turn]);
  const again = () => setTurn(count => count + 1);
  return (
    <main>
      <h1>{words.runs}</h1>
      <Trouble said={problem} />
      {work ? (
        <>
          {work.unread.map(sentence => (
            <p key={sentence} class="trouble">
              {sentence}
            </p>
          ))}
          <h2>{words.rollout}</h2>
          {work.rollout ? (
            <Run run={work.rollout}>
              <Acts phase={work.rollout.phase} onDone={again} />
            </Run>
          ) : (
            <p>{words.noRollout}</p>
          )}
          <h2>{words.backfills}</h2>
          {work.runs.length === 0 ? <p>{words.noRuns}</p> : null}
          {work.runs.map(run => (
            <Run key={run.id} run={run} />
          ))}
          <Failures failures={work.failures} onDone={again} />
        </>
      ) : null}
      <RehearsalSection />
    </main>
  );
}

function Run({ run, children }: { run: RunEntry; children?: ComponentChildren }) {
  const words = useWords();
  const { id, kind, phase, done, of, files, failures, reason, startedAt, updatedAt } = run;
  const took = Date.parse(updatedAt) - Date.parse(startedAt);
  const perSecond = took > 0 ? done / (took / 1000) : 0;
  const isUnderWay = phase === 'running' || phase === 'finishing';
  const left = isUnderWay && perSecond > 0 ? ((of - done) / perSecond) * 1000 : undefined;
  return (
    <article class="run">
      <h3>
        {words.runKinds[kind]} {id} <span class="badge">{words.phases[phase]}</span>
      </h3>
      <progress value={done} max={Math.max(1, of)} aria-label={id} />
      <p>
        {done} / {of} {words.originals.toLowerCase()}, {files} {words.files.toLowerCase()},{' '}
        {perSecond.toFixed(1)}/s
        {left === undefined ? '' : `, ${words.left} ${timeText(left)}`}
      </p>
      {reason ? <p class="trouble">{reason}</p> : null}
      <ul>
        {Object.entries(failures).map(([code, count]) => (
          <li key={code}>
            {count} {code}
          </li>
        ))}
      </ul>
      {children}
    </article>
  );
}

/** A backfill is stopped where somebody runs it. */
function Acts({ phase, onDone }: { phase: RunEntry['phase']; onDone: () => void }) {
  const words = useWords();
  const [said, setSaid] = useState('');
  useEffect(() => setSaid(''), [phase]);
  const act = async (ask: () => Promise<object>, done: string) => {
    try {
      await ask();
      setSaid(done);
      onDone();
    } catch (thrown) {
      setSaid(problemOf(thrown));
    }
  };
  return (
    <p>
      {phase === 'running' ? (
        <button type="button" onClick={() => act(api.stop, words.stopAsked)}>
          {words.stop}
        </button>
      ) : null}
      {phase === 'stopped' ? (
        <button type="button" onClick={() => act(api.resume, '')}>
          {words.resume}
        </button>
      ) : null}{' '}
      <span role="status">{said}</span>
    </p>
  );
}

function Failures({ failures, onDone }: { failures: FailureEntry[]; onDone: () => void }) {
  const words = useWords();
  const [said, setSaid] = useState('');
  const replay = async () => {
    try {
      const { replayed } = await api.replay();
      setSaid(`${replayed} ${words.replayed}`);
      onDone();
    } catch (thrown) {
      setSaid(problemOf(thrown));
    }
  };
  return (
    <section>
      <h2>{words.failures}</h2>
      {failures.length === 0 ? <p>{words.noFailures}</p> : null}
      {failures.length > 0 ? (
        <>
          <button type="button" onClick={replay}>
            {words.replay}
          </button>
          <Scrolled label={words.failures}>
            <table>
              <tbody>
                {failures.map(({ requestId, functionName, at, condition, error }) => (
                  <tr key={requestId}>
                    <td>{new Date(at).toLocaleString(document.documentElement.lang)}</td>
                    <td>{functionName}</td>
                    <td>{condition}</td>
                    <td class="sentence">{error}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scrolled>
        </>
      ) : null}
      <span role="status">{said}</span>
    </section>
  );
}
