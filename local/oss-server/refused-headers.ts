import { notImplemented } from './errors.ts';

/** Headers that change what happens; a value in the list changes nothing. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  'x-oss-allow-same-action-overlap': ['false'],
  'x-oss-complete-all': ['no'],
  'x-oss-acl': ['private'],
  'x-oss-process': [],
  'x-oss-server-side-data-encryption': [],
};

/** Of a request, or the fields of a form. */
export function refuseHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, harmless] of Object.entries(REFUSED)) {
    const value = headers[name];
    if (value !== undefined && !harmless.includes(value)) throw notImplemented(name);
  }
}
