import { autocompletion } from '@codemirror/autocomplete';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, linter } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { basicSetup } from 'codemirror';
import { api } from '../api.ts';
import type { ListCheck, ListProblem } from '../wire.ts';
import { completionsBy } from './completion.ts';

/** An editor of preset lists; a part of its own, since nobody needs it for the first view. */

export interface Opened {
  text(): string;
  close(): void;
}

interface Opening {
  parent: HTMLElement;
  text: string;
  schema: unknown;
  label: string;
  onChange: (text: string) => void;
  onChecked: (check: ListCheck) => void;
}

const TYPED_MS = 400;

export function openEditor({ parent, text, schema, label, onChange, onChecked }: Opening): Opened {
  // Its styles are made at run time, which the page's policy takes from a shadow's own sheets alone.
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: 'open' });
  const check = linter(
    async view => {
      const checked = await api.check(view.state.doc.toString());
      onChecked(checked);
      return checked.problems.map(problem => diagnosticOf(problem, view.state));
    },
    { delay: TYPED_MS },
  );
  const view = new EditorView({
    root,
    parent: root as unknown as Element,
    state: EditorState.create({
      doc: text,
      extensions: [
        basicSetup,
        yaml(),
        autocompletion({ override: [completionsBy(schema)] }),
        lintGutter(),
        check,
        LOOK,
        syntaxHighlighting(COLOURS),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged) onChange(state.doc.toString());
        }),
      ],
    }),
  });
  return { text: () => view.state.doc.toString(), close: () => view.destroy() };
}

function diagnosticOf({ line, column, message }: ListProblem, { doc }: EditorState): Diagnostic {
  const found = doc.line(Math.min(Math.max(1, line), doc.lines));
  const from = Math.min(found.from + column - 1, found.to);
  return { from, to: Math.max(from, found.to), severity: 'error', message };
}

const LOOK = EditorView.theme({
  '&': { height: '32rem', fontSize: '0.9rem', background: 'var(--raised)', color: 'var(--ink)' },
  '.cm-scroller': { fontFamily: 'ui-monospace, monospace' },
  '.cm-gutters': { background: 'var(--paper)', color: 'var(--soft)', borderColor: 'var(--rule)' },
  '.cm-activeLine, .cm-activeLineGutter': { background: 'transparent' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-tooltip': { background: 'var(--raised)', color: 'var(--ink)' },
});

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)' },
  { tag: [tags.string, tags.content], color: 'var(--good)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--soft)' },
  { tag: [tags.labelName, tags.typeName, tags.keyword], color: 'var(--mild)' },
]);
