/**
 * Does the work when it is called, and once more if it was called meanwhile. So no answer overtakes a later one, none is
 * thrown away since another is asked for, and who is slow is asked no faster than it answers.
 */
export function inTurn(work: () => Promise<void>): () => Promise<void> {
  let isDue = false;
  let running: Promise<void> | undefined;
  const turns = async () => {
    try {
      while (isDue) {
        isDue = false;
        await work();
      }
    } finally {
      running = undefined;
    }
  };
  return () => {
    isDue = true;
    running ??= turns();
    return running;
  };
}
