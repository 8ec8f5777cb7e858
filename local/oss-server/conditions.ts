export interface Validators {
  /** Without quotes. */
  readonly etag: string;
  readonly lastModified: number;
}

/** The conditional headers by their plain names, wherever they came from. */
export type Conditions = Readonly<Record<string, string | undefined>>;

export type Verdict = 'holds' | 'not-modified' | { readonly failed: string };

/** In the order of RFC 9110, section 13.2.2: an ETag outranks a date. */
export function judge(conditions: Conditions, found: Validators): Verdict {
  const ifMatch = conditions['if-match'];
  if (ifMatch !== undefined && !matches(ifMatch, found.etag)) return { failed: 'If-Match' };
  const unmodifiedSince = seconds(conditions['if-unmodified-since']);
  if (ifMatch === undefined && modifiedAfter(found, unmodifiedSince)) {
    return { failed: 'If-Unmodified-Since' };
  }
  const ifNoneMatch = conditions['if-none-match'];
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, found.etag) ? 'not-modified' : 'holds';
  const modifiedSince = seconds(conditions['if-modified-since']);
  if (modifiedSince === undefined || modifiedAfter(found, modifiedSince)) return 'holds';
  return 'not-modified';
}

/** A range is of the old body unless the client names the present one. */
export function rangeApplies(ifRange: string | undefined, found: Validators): boolean {
  if (ifRange === undefined) return true;
  const date = seconds(ifRange);
  if (ifRange.includes('"') || date === undefined) return matches(ifRange, found.etag);
  return date === Math.floor(found.lastModified / 1000);
}

/** With or without quotes, as OSS takes them. */
function matches(list: string, etag: string): boolean {
  return list
    .split(',')
    .map(item => item.trim().replace(/^W\//, '').replaceAll('"', ''))
    .some(item => item === '*' || item.toUpperCase() === etag.toUpperCase());
}

function modifiedAfter(found: Validators, since: number | undefined): boolean {
  return since !== undefined && Math.floor(found.lastModified / 1000) > since;
}

/** HTTP dates know whole seconds; one that cannot be read does not count. */
function seconds(date: string | undefined): number | undefined {
  const time = Date.parse(date ?? '');
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
}
