import type { Failure } from '../../core/failure.ts';
import { wrongAnswer } from '../alicloud/openapi.ts';

/** What Function Compute lists of one function. A list that is not whole, or of another function, says nothing of this one. */

/** Hundreds of entries each, and a function has some ten triggers at most. */
const MOST_PAGES = 20;

interface Page<T> {
  items: T[] | undefined;
  nextToken: string | undefined;
}

/** All pages; `what` is for people. */
export async function allOf<T>(
  what: string,
  pageAt: (from: { nextToken?: string }) => Promise<Page<T>>,
): Promise<T[]> {
  const all: T[] = [];
  const followed = new Set<string | undefined>();
  for (let token: string | undefined; followed.size < MOST_PAGES; ) {
    if (followed.has(token)) throw unending(what, 'a page once more');
    followed.add(token);
    const { items, nextToken } = await pageAt(token === undefined ? {} : { nextToken: token });
    all.push(...(items ?? []));
    if (!nextToken) return all;
    token = nextToken;
  }
  throw unending(what, `more than ${MOST_PAGES} of them`);
}

function unending(what: string, received: string): Failure {
  return wrongAnswer(`${what}: expected the pages of the list to end, received ${received}`);
}

/** `acs:fc:region:account:functions/name/qualifier`, in examples with a `/` before `functions`; LATEST goes unnamed. */
const FUNCTION_ARN = /[:/]functions\/([^/]+)(?:\/([^/]+))?$/;

/** The qualifier that an ARN names. Throws where it names another function; where it is none, it tells nothing. */
export function qualifierOf(what: string, functionName: string, arn = ''): string {
  const [, name = functionName, qualifier = 'LATEST'] = FUNCTION_ARN.exec(arn) ?? [];
  if (name === functionName) return qualifier;
  throw wrongAnswer(`${what}: expected those of ${functionName}, received those of ${name}`);
}
