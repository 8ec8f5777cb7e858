import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import { Refused } from './api.ts';
import { inTurn } from './in-turn.ts';
import type { News, Place } from './wire.ts';
import { type Language, wordsOf } from './words.ts';

/** What every part of the page has at hand. */
export interface Studio {
  language: Language;
  place: Place;
  /** Until the answer is called, which ends it. */
  listen(listener: (news: News) => void): () => void;
}

export const StudioContext = createContext<Studio | undefined>(undefined);

export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  if (!studio) throw new Error('expected a part of the studio');
  return studio;
}

export function useWords() {
  return wordsOf(useStudio().language);
}

export interface Asked<T> {
  value?: T;
  problem?: string;
}

/**
 * What the server answers; asked again whenever a part of `on` has changed. The former answer stays until there is another,
 * also beside a problem: somebody may be in the middle of what is shown.
 */
export function useAnswer<T>(question: () => Promise<T>, on: unknown[]): Asked<T> {
  const [asked, setAsked] = useState<Asked<T>>({});
  const latest = useRef(question);
  latest.current = question;
  const isWanted = useRef(true);
  const [ask] = useState(() =>
    inTurn(async () => {
      try {
        const value = await latest.current();
        if (isWanted.current) setAsked({ value });
      } catch (thrown) {
        if (isWanted.current) setAsked(before => ({ ...before, problem: problemOf(thrown) }));
      }
    }),
  );
  useEffect(() => {
    void ask();
  }, on);
  useEffect(
    () => () => {
      isWanted.current = false;
    },
    [],
  );
  return asked;
}

export function problemOf(thrown: unknown): string {
  if (thrown instanceof Refused) return thrown.message;
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** What fills a screen tells more than an avatar. */
export function firstShown(presets: string[]): string | undefined {
  return presets.includes('feed') ? 'feed' : presets[0];
}

export const photoAddress = (key: string) => `#/photo/${encodeURIComponent(key)}`;

/** Of an address that somebody typed the key may not be encoded. */
export function keyIn(address: string): string | undefined {
  const key = /^#\/photo\/(.+)$/.exec(address)?.[1];
  if (key === undefined) return undefined;
  try {
    return decodeURIComponent(key);
  } catch {
    // 50%.jpg as it is.
    return key;
  }
}
