import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { Refused } from './api.ts';
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

/** What the server answers; asked again whenever a part of `on` has changed, with the former answer until then. */
export function useAnswer<T>(question: () => Promise<T>, on: unknown[]): Asked<T> {
  const [asked, setAsked] = useState<Asked<T>>({});
  useEffect(() => {
    let isWanted = true;
    const take = (next: Asked<T>) => {
      if (isWanted) setAsked(next);
    };
    question().then(
      value => take({ value }),
      thrown => take({ problem: problemOf(thrown) }),
    );
    return () => {
      isWanted = false;
    };
  }, on);
  return asked;
}

export function problemOf(thrown: unknown): string {
  if (thrown instanceof Refused) return thrown.message;
  return thrown instanceof Error ? thrown.message : String(thrown);
}

export const photoAddress = (key: string) => `#/photo/${encodeURIComponent(key)}`;
