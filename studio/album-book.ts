import type { AlbumEntry, AlbumPage } from './wire.ts';

/** The pages of an album that were asked for. Of those that nothing was heard of none is asked for anew. */

interface Loaded extends AlbumPage {
  /** What it comes after. */
  start: string | undefined;
}

export interface AlbumBook {
  /** Whether it changes what is shown: what lies behind the last page does not. */
  hear(original: string, kind: 'file' | 'set' | 'changed'): boolean;
  /** Something was not heard: every page is asked for anew. */
  doubt(): true;
  more(): void;
  read(): Promise<AlbumPage>;
}

export function albumBook(ask: (after: string | undefined) => Promise<AlbumPage>): AlbumBook {
  let pages: Loaded[] = [];
  let wanted = 1;
  let stale = new Set([0]);
  const turned = async (changed: ReadonlySet<number>): Promise<Loaded[]> => {
    const next: Loaded[] = [];
    while (next.length < wanted) {
      const start = next.at(-1)?.after;
      if (next.length > 0 && start === undefined) break;
      const former = pages[next.length];
      const isKept = former?.start === start && !changed.has(next.length);
      next.push(former && isKept ? former : { start, ...(await ask(start)) });
    }
    return next;
  };
  return {
    hear: (original, kind) => {
      const at = pages.findIndex(({ after }) => after === undefined || original <= after);
      const isShown = pages[at]?.entries.some(({ key }) => key === original);
      // Until the set is whole its manifest, which a tile tells of, is as it was.
      if (at === -1 || (kind === 'file' && isShown)) return false;
      stale.add(at);
      return true;
    },
    doubt: () => {
      stale = new Set([0, ...pages.keys()]);
      return true;
    },
    more: () => {
      wanted = pages.length + 1;
    },
    read: async () => {
      const changed = stale;
      stale = new Set();
      try {
        pages = await turned(changed);
      } catch (thrown) {
        stale = new Set([...stale, ...changed]);
        throw thrown;
      }
      const entries: AlbumEntry[] = pages.flatMap(page => page.entries);
      const searched = pages.reduce((sum, page) => sum + page.searched, 0);
      const after = pages.at(-1)?.after;
      return { entries, searched, ...(after === undefined ? {} : { after }) };
    },
  };
}
