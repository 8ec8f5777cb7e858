import { Scrolled } from '../parts/scrolled.tsx';
import { useWords } from '../shared.ts';
import type { ListPlan } from '../wire.ts';

/** What an edit would touch, as `darkroom presets plan` says it. */
export function PlanView({ plan }: { plan: ListPlan }) {
  const words = useWords();
  const { from, to, originals, files, retired, usd, cpuHours, gigabytes, hours } = plan;
  if (from === to) return <p>{words.sameFiles}</p>;
  const number = new Intl.NumberFormat(document.documentElement.lang);
  return (
    <section>
      <h2>{words.plan}</h2>
      <dl class="facts">
        <dt>{words.originals}</dt>
        <dd>{number.format(originals)}</dd>
        <dt>{words.toMake}</dt>
        <dd>{number.format(files)}</dd>
        <dt>{words.toRetire}</dt>
        <dd>{number.format(retired)}</dd>
        <dt>CPU</dt>
        <dd>{cpuHours < 0.1 ? `${(cpuHours * 3600).toFixed(0)} s` : `${cpuHours.toFixed(1)} h`}</dd>
        <dt>{words.duration}</dt>
        <dd>{hours < 0.1 ? `${Math.ceil(hours * 3600)} s` : `${hours.toFixed(1)} h`}</dd>
        <dt>{words.cost}</dt>
        <dd>{usd.toFixed(usd < 1 ? 4 : 2)} USD</dd>
        {gigabytes === null ? null : (
          <>
            <dt>{words.bytes}</dt>
            <dd>
              {gigabytes < 0.1
                ? `${(gigabytes * 1000).toFixed(1)} MB`
                : `${gigabytes.toFixed(1)} GB`}
            </dd>
          </>
        )}
      </dl>
      <Presets plan={plan} />
      <ul>
        {[...plan.rules, ...plan.list].map(line => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}

function Presets({ plan }: { plan: ListPlan }) {
  const words = useWords();
  if (plan.presets.length === 0) return null;
  return (
    <Scrolled label={words.plan}>
      <table>
        <thead>
          <tr>
            <th>{words.preset}</th>
            <th>{words.change}</th>
            <th class="number">{words.originals}</th>
            <th class="number">{words.toMake}</th>
            <th class="number">{words.toRetire}</th>
            <th>{words.differs}</th>
          </tr>
        </thead>
        <tbody>
          {plan.presets.map(({ preset, kind, originals, files, retired, differs }) => (
            <tr key={preset}>
              <td>{preset}</td>
              <td>{words.kinds[kind]}</td>
              <td class="number">{originals}</td>
              <td class="number">{files}</td>
              <td class="number">{retired}</td>
              <td>{differs.join('; ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}
