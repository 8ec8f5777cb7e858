import type { ComponentChildren } from 'preact';

/** What may be wider than the screen, and then is moved with the arrow keys, too. */
export function Scrolled({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: Safari scrolls by keyboard only what has the focus.
    <section class="wide" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
