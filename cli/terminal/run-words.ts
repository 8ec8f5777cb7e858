import type { Run } from '../../shared/core/work/run.ts';

/** `12 developed, 3 settled; failed: 2 ORIGINAL_UNDECODABLE`. */
export function outcomesInWords({ done }: Run): string {
  const outcomes = inWords(done.outcomes) || 'nothing yet';
  const failures = inWords(done.failures);
  return `${outcomes}${failures ? `; failed: ${failures}` : ''}`;
}

function inWords(counts: Record<string, number>): string {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${count.toLocaleString('en')} ${name}`)
    .join(', ');
}

/** `1,200 of 4,000 originals done (12,000 files)`. */
export function progressInWords({ done, handedOver }: Run): string {
  const originals = `${done.originals.toLocaleString('en')} of ${handedOver.originals.toLocaleString('en')} originals done`;
  return `${originals} (${done.rendered.toLocaleString('en')} files rendered)`;
}
