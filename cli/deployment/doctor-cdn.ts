import { ALWAYS } from '../../local/cdn.ts';
import { PUBLISHED_KEY } from '../../shared/core/list/published.ts';
import { urlOf } from '../../shared/core/work/purge.ts';
import type { Connection } from '../cloud/connection.ts';
import { bad, type Finding, good } from './doctor-finding.ts';

/** What a client gets: derivatives, and nothing of the originals. */
export async function served({ originals, derivatives, cdn: inFront }: Connection) {
  if (inFront === undefined) {
    const words = 'no DARKROOM_CDN_DOMAIN in the environment: not looked at';
    return [{ name: 'CDN', state: 'unknown', words } satisfies Finding];
  }
  const { domain: cdn } = inFront;
  const published = await derivatives.get(PUBLISHED_KEY);
  const findings = [await publishedFinding(cdn, published?.bytes)];
  findings.push(await missingFinding(cdn));
  for await (const entry of originals.list('')) {
    if ('key' in entry) findings.push(await originalFinding(cdn, entry.key));
    break;
  }
  return findings;
}

async function publishedFinding(cdn: string, expected: Buffer | undefined): Promise<Finding> {
  const name = `CDN ${cdn}`;
  const answer = await asked(urlOf(cdn, PUBLISHED_KEY));
  const body = Buffer.from(await answer.arrayBuffer());
  if (answer.status === 200 && expected?.equals(body)) {
    if (!answer.headers.get('content-disposition')) return headersFinding(name, answer.headers);
    const mend =
      "serve OSS by a domain of your own: the bucket's own address makes downloads of all files";
    return bad(name, 'sends Content-Disposition: attachment', mend);
  }
  const words =
    answer.status === 200
      ? 'serves another presets.json'
      : `answers ${answer.status} for presets.json`;
  const mend =
    'its origin is the derivatives bucket, which it may read (npx darkroom setup --cdn-domain); a minute after an edit this passes by itself';
  return bad(name, words, mend);
}

/** Browsers fetch manifests and the published list from pages of other origins. */
function headersFinding(name: string, headers: Headers): Finding {
  const wrong = Object.entries(ALWAYS).flatMap(([key, value]) =>
    headers.get(key) === value ? [] : [`${key}: ${value}, received ${headers.get(key) ?? 'none'}`],
  );
  if (wrong.length === 0)
    return good(name, 'serves the derivatives bucket, to pages of any origin');
  const mend = `npx darkroom setup --cdn-domain ${new URL(name.slice('CDN '.length)).host} --apply`;
  return bad(name, `expected ${wrong.join('; ')}`, mend);
}

async function missingFinding(cdn: string): Promise<Finding> {
  const name = 'CDN, what is not there';
  const { status } = await asked(`${cdn}/darkroom-doctor/${Date.now()}/manifest.json`);
  if (status === 404) return good(name, 'is answered with 404');
  const mend =
    'a mirror rule whose origin fails answers 424: darkroom-on-cdn-miss must answer, with the same DARKROOM_MISS_SECRET';
  return bad(name, `is answered with ${status}`, mend);
}

async function originalFinding(cdn: string, key: string): Promise<Finding> {
  const name = 'CDN, originals';
  const { status } = await asked(urlOf(cdn, key));
  if (status !== 200) return good(name, 'are not served');
  return bad(
    name,
    `${key} is served to everybody`,
    'let no domain of the CDN have the originals bucket as its origin',
  );
}

async function asked(url: string): Promise<Response> {
  return await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(15_000) });
}
