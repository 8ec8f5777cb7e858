/** What went wrong, in one sentence, which is read out at once; nothing where nothing did. */
export function Trouble({ said }: { said: string | undefined }) {
  if (said === undefined) return null;
  return (
    <p class="trouble" role="alert">
      {said}
    </p>
  );
}
