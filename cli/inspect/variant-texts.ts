import type { VariantStatus } from '../../shared/core/set/variant-state.ts';
import { bytesAsText } from '../terminal/figures.ts';

/** Lines of `explain`: how each file stands. */

const MARKS = {
  rendered: '✓',
  on_demand: '-',
  aged: '-',
  skipped: '-',
  failed: '✗',
  missing: '✗',
  stale: '✗',
  pending: '…',
} as const satisfies Record<VariantStatus['state'], string>;

export function variantText(variant: VariantStatus): string {
  const { preset, width, format, state } = variant;
  const name = `${preset} ${width} ${format}`.padEnd(24);
  return `${MARKS[state]} ${name} ${whyOf(variant)}${leftOutText(variant)}`;
}

function leftOutText({ lacks = [], unshown = [] }: VariantStatus): string {
  const unsaid = lacks.map(word => `{${word}}, which was not said, or not so that it can be drawn`);
  const strange = unshown.map(one => `${one}, which no font of it has`);
  return [...unsaid, ...strange].map(text => `; its watermark is without ${text}`).join('');
}

export function whyOf(variant: VariantStatus): string {
  switch (variant.state) {
    case 'rendered':
      return `rendered ${variant.renderedAt}, ${bytesAsText(variant.bytes)}  ${variant.key}`;
    case 'on_demand':
      return 'on demand: made when it is first asked for';
    case 'aged':
      return `aged: older than \`keep\` of its preset, ${variant.isOverdue ? 'and no sweep came for it' : 'made when it is asked for again'}`;
    case 'failed':
      return `failed${variant.final ? '' : ', is tried again'}: ${variant.code}: ${variant.message}`;
    case 'stale':
      return `stale: an older recipe made ${variant.replaces}`;
    case 'skipped':
    case 'missing':
    case 'pending':
      return `${variant.state}: ${variant.why}`;
  }
}
