/** Counts what has begun and not ended. */
export interface Outstanding {
  begin(): void;
  end(): void;
  pending(): number;
  idle(): Promise<void>;
}

export function outstandingWork(): Outstanding {
  let count = 0;
  let waiting: (() => void)[] = [];
  return {
    begin() {
      count += 1;
    },
    end() {
      count -= 1;
      if (count > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    pending: () => count,
    idle: () =>
      count === 0 ? Promise.resolve() : new Promise(resolve => void waiting.push(resolve)),
  };
}
