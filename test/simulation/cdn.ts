import { Failure } from '../../shared/core/failure.ts';
import type { CdnPurges } from '../../shared/ports.ts';
import { type Actor, call, type Stage } from './actors.ts';
import type { SimulatedBucket } from './bucket.ts';

export const DOMAIN = 'https://img.example.com';

/** What the edge may hold: whatever lay in the bucket since it was last told to forget it. */
export interface SimulatedCdn {
  held: Set<string>;
  purges(actor: Actor, stage: Stage): CdnPurges;
}

export function simulatedCdn(derivatives: SimulatedBucket): SimulatedCdn {
  const held = new Set<string>();
  const forget = (isMeant: (key: string) => boolean) => {
    // What is still there is fetched again by the next who asks.
    for (const key of held) if (isMeant(key) && !derivatives.objects.has(key)) held.delete(key);
  };
  const take = (what: 'files' | 'directories', urls: string[]) => {
    const keys = urls.map(keyIn);
    if (what === 'files') forget(key => keys.includes(key));
    else forget(key => keys.some(directory => key.startsWith(directory)));
  };
  const room = { total: 10_000, left: 10_000 };
  return {
    held,
    purges: (actor, stage) => {
      const ask = <T>(verb: string, about: string, effect: () => T) => {
        const refusal = () => new Failure('PURGE_BUSY', 'the CDN did not answer');
        return call(stage, actor, { where: 'cdn', verb, about }, { effect, refusal });
      };
      return {
        quota: () =>
          ask('quota', '', () => ({ urls: room, directories: { total: 100, left: 100 } })),
        purge: (what, urls) =>
          ask('purge', `${what} ${urls.join(' ')}`, () => {
            take(what, urls);
            return `task-${stage.line.steps}`;
          }),
      };
    },
  };
}

function keyIn(url: string): string {
  return url
    .slice(DOMAIN.length + 1)
    .split('/')
    .map(decodeURIComponent)
    .join('/');
}
