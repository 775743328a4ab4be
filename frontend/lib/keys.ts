// keys.ts: keyboard shortcuts: one listener, sequences like `g s`, and a list of what is bound now for the `?` map.
import { useEffect, useRef, useSyncExternalStore } from 'react'

/** One shortcut. `keys` is a key name or a sequence (`g s`); `mod+k` is ⌘K on a Mac and Ctrl+K elsewhere. */
export type Shortcut = {
  keys: string
  label: string
  group: string
  run(event: KeyboardEvent): void
  /** Also works while the reader types in a field. */
  inFields?: boolean
}

// The last registered set is asked first: a pane over a list takes `esc` before the list does.
let sets: readonly { current: readonly Shortcut[] }[] = []
const listeners = new Set<() => void>()
const sequenceMs = 900
let prefix = ''
let prefixAt = 0

function changed(next: typeof sets) {
  sets = next
  // Whoever presses keys by program has to know that somebody listens.
  if (typeof document !== 'undefined') document.documentElement.dataset.keys = String(sets.length)
  for (const listener of listeners) listener()
}

/** The name of a pressed key as shortcuts are written. */
export function keyName(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): string {
  const names: Record<string, string> = {
    Enter: 'enter',
    Escape: 'esc',
    ArrowLeft: 'left',
    ArrowRight: 'right',
    ArrowUp: 'up',
    ArrowDown: 'down',
    ' ': 'space',
  }
  const key = names[event.key] ?? event.key
  if (event.ctrlKey || event.metaKey) return `mod+${key.toLowerCase()}`
  return event.altKey ? `alt+${key}` : key
}

/** The SQL editor lives in a shadow root, from which an event seems to come from its host. */
function innermost(event: Event): EventTarget | null {
  return event.composedPath()[0] ?? event.target
}

function inField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

function inLayer(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest('dialog,[role="dialog"],[role="menu"],[role="listbox"]') !== null
  )
}

/** Finds the shortcut for a key, given the keys pressed before it. Pure, for tests. */
export function matchShortcut(
  current: readonly (readonly Shortcut[])[],
  before: string,
  name: string,
): { run?: Shortcut; prefix: string } {
  const typed = before === '' ? name : `${before} ${name}`
  for (const set of current.toReversed()) {
    const exact = set.find(({ keys }) => keys.split('|').includes(typed))
    if (exact) return { run: exact, prefix: '' }
  }
  if (current.some((set) => set.some(({ keys }) => keys.startsWith(`${typed} `)))) return { prefix: typed }
  return before === '' ? { prefix: '' } : matchShortcut(current, '', name)
}

function onKeyDown(event: KeyboardEvent) {
  if (event.defaultPrevented || event.isComposing) return
  const name = keyName(event)
  if (/^(Shift|Control|Alt|Meta)$/.test(event.key)) return
  const before = event.timeStamp - prefixAt < sequenceMs ? prefix : ''
  const found = matchShortcut(
    sets.map(({ current }) => current),
    before,
    name,
  )
  const field = inField(innermost(event))
  if ((field || inLayer(event.target)) && !found.run?.inFields) {
    prefix = ''
    return
  }
  // Enter and space belong to a button or link that has the focus.
  if (!field && (name === 'enter' || name === 'space') && event.target instanceof HTMLElement) {
    if (event.target.closest('button,a,summary,[role="tab"],[role="row"][tabindex]')) return
  }
  prefix = found.prefix
  prefixAt = event.timeStamp
  if (!found.run) return
  event.preventDefault()
  found.run.run(event)
}

/** Starts listening; called once. */
export function listenForKeys() {
  document.addEventListener('keydown', onKeyDown)
}

/** Binds shortcuts while the component is there. `shortcuts` may be new in each render; the last ones count. */
export function useKeys(shortcuts: readonly Shortcut[]) {
  const latest = useRef(shortcuts)
  useEffect(() => {
    latest.current = shortcuts
  })
  useEffect(() => {
    changed([...sets, latest])
    return () => changed(sets.filter((set) => set !== latest))
  }, [])
}

/** What is bound now, for the key map. */
export function useShortcuts(): readonly Shortcut[] {
  const bound = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => sets,
  )
  return bound.flatMap(({ current }) => current)
}
