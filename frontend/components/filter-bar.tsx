// filter-bar.tsx: one line to filter by on every screen: `agent:codex cost:>0.5 "timeout"`, with help while typing.
import { Search, X } from 'lucide-react'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { type Filter, formatFilter, formatKey, formatTerm, parseFilter } from '../lib/filter.ts'
import { useKeys } from '../lib/keys.ts'
import { oneLine } from '../lib/safe-text.ts'
import { useUrl } from '../lib/url-state.ts'
import { IconButton } from '../ui/button.tsx'
import { cx } from '../ui/cx.ts'
import { Kbd } from '../ui/kbd.tsx'

/** A key of the grammar with the values that the screen knows of. */
export type Facet = { key: string; label: string; values?: readonly string[]; example?: string }

/** The filter of this view, kept in the URL as `q`. */
export function useFilter(facets: readonly Facet[]): { filter: Filter; text: string; set(text: string): void } {
  const { get, adjust } = useUrl()
  const text = get('q') ?? ''
  return {
    filter: parseFilter(
      text,
      facets.map(({ key }) => key),
    ),
    text,
    set: (next) => adjust({ q: next.trim() }),
  }
}

const waitMs = 220

type FilterBarProps = { facets: readonly Facet[]; placeholder: string; className?: string }

export function FilterBar({ facets, placeholder, className }: FilterBarProps) {
  const { text, set } = useFilter(facets)
  const [draft, setDraft] = useState(text)
  const [sent, setSent] = useState(text)
  const [open, setOpen] = useState(false)
  const [chosen, setChosen] = useState(-1)
  const field = useRef<HTMLInputElement>(null)
  const listId = useId()
  // The URL changed by other means: a click on a value, Back.
  if (text !== sent) {
    setSent(text)
    setDraft(text)
  }
  useEffect(() => {
    if (draft.trim() === text) return
    const timer = setTimeout(() => {
      setSent(draft.trim())
      set(draft)
    }, waitMs)
    return () => clearTimeout(timer)
  })
  useKeys([{ keys: '/', label: 'Filter', group: 'Everywhere', run: () => field.current?.focus() }])

  const suggestions = open ? suggest(draft, facets) : []
  function take(suggestion: Suggestion) {
    const next = draft.slice(0, draft.length - lastWord(draft).length) + suggestion.text
    setDraft(next)
    setChosen(-1)
    field.current?.focus()
  }
  function onKeyDown(event: KeyboardEvent) {
    const picked = suggestions[chosen]
    if (event.key === 'ArrowDown' && suggestions.length > 0) setChosen((chosen + 1) % suggestions.length)
    else if (event.key === 'ArrowUp' && suggestions.length > 0)
      setChosen(((chosen + suggestions.length) % (suggestions.length + 1)) - 1)
    else if ((event.key === 'Enter' || event.key === 'Tab') && picked) take(picked)
    else if (event.key === 'Enter') {
      setSent(draft.trim())
      set(draft)
      setOpen(false)
    } else if (event.key === 'Escape') {
      if (open && suggestions.length > 0) setOpen(false)
      else field.current?.blur()
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div data-slot="filter-bar" className={cx('relative min-w-0 flex-1', className)}>
      <div className="flex h-7 items-center gap-2 rounded-control border border-line bg-background pl-2 focus-within:outline-2 focus-within:outline-ring coarse:h-11">
        <Search aria-hidden className="size-3.5 shrink-0 text-muted" />
        <input
          ref={field}
          role="combobox"
          aria-label="Filter"
          aria-expanded={suggestions.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={chosen >= 0 ? `${listId}-${chosen}` : undefined}
          data-testid="filter"
          spellCheck={false}
          autoComplete="off"
          value={draft}
          placeholder={placeholder}
          onChange={(event) => {
            setDraft(event.target.value)
            setOpen(true)
            setChosen(-1)
          }}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
          className="h-full min-w-0 flex-1 bg-transparent text-13 outline-none placeholder:text-muted"
        />
        {draft === '' ? (
          <Kbd keys="/" className="pr-2 coarse:hidden" />
        ) : (
          <IconButton
            label="Clear the filter"
            onClick={() => {
              setDraft('')
              setSent('')
              set('')
            }}
          >
            <X aria-hidden className="size-3.5" />
          </IconButton>
        )}
      </div>
      {suggestions.length > 0 && (
        <div
          id={listId}
          role="listbox"
          aria-label="Suggestions"
          className="absolute top-full left-0 z-30 mt-1 max-h-80 w-80 max-w-full overflow-y-auto rounded-panel border border-line bg-raised p-1 shadow-floating"
        >
          {suggestions.map((suggestion, index) => (
            <div
              key={suggestion.text}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={index === chosen}
              tabIndex={-1}
              // The field keeps the focus.
              onPointerDown={(event) => {
                event.preventDefault()
                take(suggestion)
              }}
              className={cx(
                'flex h-7 cursor-pointer items-center gap-3 rounded-[4px] px-2 text-12 coarse:h-11',
                index === chosen ? 'bg-selected' : 'hover:bg-hover',
              )}
            >
              <code className="truncate">{oneLine(suggestion.text)}</code>{' '}
              <span className="ml-auto shrink-0 text-muted">{suggestion.note}</span>
            </div>
          ))}
        </div>
      )}
    </div>
  )
}

type Suggestion = { text: string; note: string }
const suggestionsMax = 12

function lastWord(draft: string): string {
  return /(?:(?:@?[\w.-]+|@?"(?:[^"\\]|\\.)*"):"[^"]*|@?"(?:[^"\\]|\\.)*"\S*|\S*)$/s.exec(draft)?.[0] ?? ''
}

/** Keys while a word begins, values once its key stands. */
export function suggest(draft: string, facets: readonly Facet[]): Suggestion[] {
  const word = lastWord(draft)
  const facet = facets.find(({ key }) => word.startsWith(`${formatKey(key)}:`))
  if (facet) {
    const typed = word
      .slice(formatKey(facet.key).length + 1)
      .replace(/^"/, '')
      .toLowerCase()
    if (facet.example && typed === '') return [{ text: `${formatKey(facet.key)}:${facet.example}`, note: facet.label }]
    return (facet.values ?? [])
      .filter((value) => value.toLowerCase().includes(typed) && value.toLowerCase() !== typed)
      .slice(0, suggestionsMax)
      .map((value) => ({ text: `${formatTerm({ key: facet.key, op: '=', value })} `, note: facet.label }))
  }
  if (/^@?[\w.-]+:/.test(word)) return []
  return facets
    .filter(({ key }) => key.toLowerCase().startsWith(word.replace(/^(@?)"/, '$1').toLowerCase()))
    .map(({ key, label }) => ({ text: `${formatKey(key)}:`, note: label }))
}

/** The text of a filter with one value of a key left out or, when it was, no more. */
export function turnedTerm(filter: Filter, key: string, value: string): string {
  const there = filter.terms.some((term) => term.key === key && term.op === '!=' && term.value === value)
  const others = filter.terms.filter((term) => term.key !== key || term.value !== value)
  return formatFilter({ ...filter, terms: there ? others : [...others, { key, op: '!=', value }] })
}

/** The text of a filter with one value of a key set or, when it was, removed. */
export function toggledTerm(filter: Filter, key: string, value: string): string {
  const there = filter.terms.some((term) => term.key === key && term.op === '=' && term.value === value)
  const others = filter.terms.filter((term) => term.key !== key || (term.op === '!=' && term.value !== value))
  return formatFilter({ ...filter, terms: there ? others : [...others, { key, op: '=', value }] })
}
