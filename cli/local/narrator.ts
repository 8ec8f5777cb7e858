import type { Happening } from '../../local/function-host/invocation.ts';
import { whatItIs } from '../../local/oss-server/server.ts';
import { buckets, type Platform } from '../../local/platform.ts';
import { manifestKey, parseDerivativeKey } from '../../shared/core/set/keys.ts';
import { type LogFacts, loggedIn } from '../../shared/core/telling/log-events.ts';
import { manifestSchema } from '../../shared/core/set/manifest.ts';
import { urlOf } from '../../shared/core/work/purge.ts';
import { bytesAsText } from '../terminal/figures.ts';
import { sayText } from '../terminal/printer.ts';

type Seeded = { key: string; isNew: boolean }[];

interface Ready {
  /** Where a browser finds it. */
  studio: string;
  moderates: boolean;
}

export interface Teller {
  ready(platform: Platform, how: Ready): void;
  happening(happening: Happening): void;
  /** The platform does not come up: what was kept back until then is told. */
  failed?(): void;
  seeded(platform: Platform, seeded: Seeded): Promise<void>;
}

/** Tells a person what the platform does, as it does it. */
export function narrator(): Teller {
  return {
    ready,
    happening: happening => {
      const line = tell(happening);
      if (line) sayText(line);
    },
    seeded,
  };
}

function ready({ oss, cdn, data, moderation }: Platform, how: Ready): void {
  const judges = `\n  judge   ${moderation}   blocks what is all red, holds what is all blue for npx darkroom review`;
  sayText(`Darkroom is up.

  studio  ${how.studio}   drop photos there, see what becomes of them

${whatItIs}

  OSS     ${oss.endpoint}   region ${oss.region}, path style
          access key id     ${oss.accessKeyId}
          access key secret ${oss.accessKeySecret}
  buckets ${Object.values(buckets).join(', ')}
  CDN     ${cdn}   serves the bucket ${buckets.derivatives}
  data    ${data}${how.moderates ? judges : ''}

Upload a picture to the bucket ${buckets.originals} with any OSS client and see it developed here. Ctrl-C stops.
`);
}

/** A function's log line is JSON; what is not comes from a library or a crash, and is shown as it is. */
function tell(happening: Happening): string | undefined {
  switch (happening.kind) {
    case 'log':
      return tellLogLine(happening.line);
    case 'failed':
      return `✗ ${happening.function}: ${happening.error.errorType}: ${happening.error.errorMessage}`;
    case 'retrying':
      return `↻ ${happening.function} tries again in ${happening.inMilliseconds} ms`;
    case 'given-up':
      return `✗ ${happening.function} gave up (${happening.condition}); the event is kept in the failure destination`;
    default:
      return undefined;
  }
}

function tellLogLine(line: string): string | undefined {
  const facts = loggedIn(line);
  if (!facts) return `  ${line}`;
  if (facts.event === 'rendered') return tellRendition(facts);
  if (facts.event === 'reconciled') return tellReport(facts);
  if (facts.event === 'ignored') return `- ${facts.key ?? 'an event'}: ${facts.reason}`;
  return undefined;
}

function tellRendition({ key, bytes, milliseconds }: LogFacts<'rendered'>): string {
  const name = parseDerivativeKey(key);
  if (!name) return `    ${key}`;
  const columns = [name.preset.padEnd(8), String(name.width).padStart(5), name.format.padEnd(4)];
  return `    ${columns.join(' ')} ${bytesAsText(bytes).padStart(8)} ${String(milliseconds).padStart(6)} ms   ${name.original}`;
}

function tellReport(report: LogFacts<'reconciled'>): string {
  const { key, outcome, reason, files, failures, removed, spent } = report;
  const total = Math.round(spent.milliseconds.total);
  const problems =
    failures > 0
      ? `\n    ✗ ${failures} files failed, one with ${report.code}: ${report.message}`
      : '';
  if (outcome === 'developed') {
    const read = bytesAsText(spent.bytesRead);
    const gone = removed > 0 ? `, ${removed} old ones removed` : '';
    return `✓ ${key}: ${read} read, ${files} files of ${bytesAsText(spent.bytesWritten)} in ${total} ms${gone}${problems}`;
  }
  if (outcome === 'removed') return `✓ ${key}: ${reason}, ${removed} objects removed`;
  return `${outcome === 'failed' ? '✗' : '-'} ${key}: ${outcome}${reason ? `, ${reason}` : ''}${problems}`;
}

async function seeded({ cdn }: Platform, photos: Seeded): Promise<void> {
  const known = photos.filter(({ isNew }) => !isNew).length;
  sayText(
    known > 0 ? `\n${known} photographs were developed at an earlier start. Open:` : '\nOpen:',
  );
  for (const { key } of photos) {
    const manifestUrl = urlOf(cdn, manifestKey(key));
    const answer = await fetch(manifestUrl);
    if (!answer.ok) {
      sayText(`  ${manifestUrl}   answered ${answer.status}`);
      continue;
    }
    const { variants } = manifestSchema.parse(await answer.json());
    const rendered = variants.filter(({ state }) => state === 'rendered');
    const widest = Math.max(...rendered.map(({ width }) => width));
    sayText(`  ${manifestUrl}`);
    for (const variant of rendered) {
      if (variant.width === widest) sayText(`    ${urlOf(cdn, variant.key)}`);
    }
  }
}
