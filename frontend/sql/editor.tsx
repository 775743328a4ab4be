// editor.tsx: where statements are written: CodeMirror with what can be completed here. Loaded by the SQL screen only.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { PostgreSQL, sql } from '@codemirror/lang-sql'
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { Compartment, EditorState, type Extension, Prec } from '@codemirror/state'
import { drawSelection, EditorView, keymap } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react'
import { completeNames, type Vocabulary } from './complete.ts'

export type EditorHandle = { insert(text: string): void }

type EditorProps = {
  value: string
  vocabulary: Vocabulary | undefined
  onChange(text: string): void
  onRun(): void
  ref?: Ref<EditorHandle>
}

/** The page's tokens, so that both themes come by themselves. */
const look = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', color: 'var(--foreground)', backgroundColor: 'var(--background)' },
  '&.cm-focused': { outline: '2px solid var(--ring)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '20px' },
  // Below the last line stand the limit and the key.
  '.cm-content': { padding: '12px 0 36px', caretColor: 'var(--foreground)' },
  '.cm-line': { padding: '0 16px' },
  '.cm-cursor': { borderLeftColor: 'var(--foreground)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'color-mix(in oklab, var(--accent) 25%, transparent)',
  },
  '.cm-matchingBracket': { backgroundColor: 'color-mix(in oklab, var(--accent) 20%, transparent)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--foreground)',
    border: '1px solid var(--line-strong)',
    borderRadius: '8px',
    overflow: 'hidden',
  },
  '.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-mono)', fontSize: '12px', maxHeight: '14em' },
  '.cm-tooltip-autocomplete > ul > li': { padding: '3px 8px' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'color-mix(in oklab, var(--accent) 18%, var(--raised))',
    color: 'var(--foreground)',
  },
  '.cm-completionIcon': { display: 'none' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '600' },
  '.cm-completionDetail': { color: 'var(--muted-foreground)', fontStyle: 'normal', marginLeft: '1.5em' },
  '.cm-tooltip.cm-completionInfo': { padding: '4px 8px', maxWidth: '24rem', fontSize: '12px' },
})

const colors = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--chart-1)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--ok)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--info)' },
  { tag: tags.comment, color: 'var(--muted-foreground)' },
  { tag: tags.typeName, color: 'var(--warn)' },
])

/** Tab is for indenting nowhere here, and Escape gives the page its keys back. */
const leave = (editor: EditorView) => {
  editor.contentDOM.blur()
  return true
}

const names = new Compartment()

const languageOf = (vocabulary: Vocabulary | undefined): Extension => [
  sql({ dialect: PostgreSQL, upperCaseKeywords: false, ...(vocabulary ? { schema: vocabulary.tables } : {}) }),
  vocabulary ? PostgreSQL.language.data.of({ autocomplete: completeNames(vocabulary) }) : [],
]

/**
 * In a shadow root, whose styles are adopted sheets: the page's policy forbids the `<style>` that CodeMirror puts into a
 * document's head.
 */
export function Editor({ value, vocabulary, onChange, onRun, ref }: EditorProps) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const latest = useRef({ value, vocabulary, onChange, onRun })
  /** Texts that were told and have not all come back as `value` yet. */
  const told = useRef(new Set<string>())
  useEffect(() => {
    latest.current = { value, vocabulary, onChange, onRun }
  })

  useEffect(() => {
    const onRunKey = () => {
      latest.current.onRun()
      return true
    }
    const element = host.current!
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' })
    const parent = document.createElement('div')
    parent.style.height = '100%'
    root.append(parent)
    const runs = Prec.highest(keymap.of([{ key: 'Mod-Enter', run: onRunKey }]))
    const editor = new EditorView({
      parent,
      root,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          keymap.of([...completionKeymap, ...closeBracketsKeymap]),
          runs,
          keymap.of([{ key: 'Escape', run: leave }, ...defaultKeymap, ...historyKeymap]),
          history(),
          drawSelection(),
          bracketMatching(),
          closeBrackets(),
          autocompletion({ icons: false }),
          names.of(languageOf(latest.current.vocabulary)),
          syntaxHighlighting(colors),
          look,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({
            'aria-label': 'SQL',
            'data-testid': 'sql-editor',
            spellcheck: 'false',
            autocapitalize: 'off',
          }),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged) return
            const text = update.state.doc.toString()
            told.current.add(text)
            latest.current.onChange(text)
          }),
        ],
      }),
    })
    view.current = editor
    return () => {
      editor.destroy()
      parent.remove()
    }
  }, [])

  // A statement of the history, a link, a saved view; but not what was written here a moment ago and comes back after the next letter:
  // put in its place it would take that letter away, and the cursor to the beginning.
  useEffect(() => {
    const editor = view.current
    const present = editor?.state.doc.toString()
    if (present === value) told.current.clear()
    else if (editor && !told.current.has(value)) {
      editor.dispatch({ changes: { from: 0, to: present?.length ?? 0, insert: value }, selection: { anchor: 0 } })
      told.current.clear()
    }
  }, [value])
  useEffect(() => {
    view.current?.dispatch({ effects: names.reconfigure(languageOf(vocabulary)) })
  }, [vocabulary])

  useImperativeHandle(ref, () => ({
    insert(text) {
      const editor = view.current
      if (!editor) return
      editor.dispatch(editor.state.replaceSelection(text))
      editor.focus()
    },
  }))
  return <div ref={host} className="size-full" />
}
