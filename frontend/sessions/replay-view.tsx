// replay-view.tsx: the transcript of a session: read, searched, scrubbed, played, and growing while the session runs.
import { ArrowDown, Pause, Play, Search } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { EmptyState } from '../components/empty-state.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { VirtualList, type VirtualListHandle } from '../components/virtual-list.tsx'
import { count, exact } from '../lib/format.ts'
import { useKeys } from '../lib/keys.ts'
import { useUrl } from '../lib/url-state.ts'
import { useSettings } from '../settings.ts'
import { Button } from '../ui/button.tsx'
import { cx } from '../ui/cx.ts'
import { Input } from '../ui/input.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { prepareReplay, type ReplayItem, type ReplayKind, visibleItems } from './replay.ts'
import { ReplayRow } from './replay-row.tsx'
import { ReplayStrip } from './replay-strip.tsx'
import { useTranscript } from './use-transcript.ts'

const kinds: readonly { kind: ReplayKind; label: string }[] = [
  { kind: 'prompt', label: 'Prompts' },
  { kind: 'answer', label: 'Answers' },
  { kind: 'tool', label: 'Tools' },
  { kind: 'thinking', label: 'Thinking' },
  { kind: 'system', label: 'System' },
]
/** The whole session plays in this time at most, a short one row by row. */
const playSecondsMax = 10
const playRowSeconds = 0.4
const atEndPx = 80

/** A first guess at an item's height, so that the list jumps little when it is measured. */
function guess(item: ReplayItem | undefined): number {
  if (!item) return 28
  if (item.type === 'prompt') return 96
  if (item.type === 'answer') return Math.min(600, 56 + Math.ceil(item.message.content.length / 90) * 22)
  return item.type === 'agent' ? 40 : 28
}

export function ReplayView({ id, active }: { id: string; active: boolean }) {
  const { start: answer, all } = useTranscript(id)
  const complete = answer.data !== undefined && all.data !== undefined
  const { get } = useUrl()
  const zone = useSettings((settings) => settings.zone)
  const [shown, setShown] = useState<ReadonlySet<ReplayKind>>(new Set(kinds.map(({ kind }) => kind)))
  const [search, setSearch] = useState('')
  /** Opened tools and thoughts, folded subagents. */
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set())
  const [place, setPlace] = useState({ first: 0, last: 0, atEnd: active })
  const [playing, setPlaying] = useState(false)
  const list = useRef<VirtualListHandle>(null)
  const field = useRef<HTMLInputElement>(null)
  const messages = (all.data ?? answer.data)?.messages
  const replay = useMemo(() => messages && prepareReplay(messages), [messages])
  const rows = useMemo(
    () => (replay ? visibleItems(replay.items, { kinds: shown, folded: toggled, search }) : []),
    [replay, shown, toggled, search],
  )
  const wanted = get('message')
  const marked = wanted === undefined ? undefined : Number(wanted)
  const [seen, setSeen] = useState<number>()
  const total = rows.length
  // What came while the reader was elsewhere is counted, not scrolled to.
  if (complete && (place.atEnd || seen === undefined) && seen !== total) setSeen(total)
  const fresh = seen === undefined ? 0 : Math.max(0, total - seen)

  const onToggle = useCallback(
    (key: string) =>
      setToggled((before) => {
        const next = new Set(before)
        if (!next.delete(key)) next.add(key)
        return next
      }),
    [],
  )
  const look = useCallback((element: HTMLElement) => {
    const drawn = [...element.querySelectorAll<HTMLElement>('[data-index]')]
    const box = element.getBoundingClientRect()
    const inSight = drawn.filter((row) => {
      const rect = row.getBoundingClientRect()
      return rect.bottom > box.top && rect.top < box.bottom
    })
    const indexes = inSight.map((row) => Number(row.dataset.index))
    setPlace({
      first: Math.min(...indexes, Number.MAX_SAFE_INTEGER) % Number.MAX_SAFE_INTEGER,
      last: Math.max(...indexes, 0),
      atEnd: element.scrollHeight - element.scrollTop - element.clientHeight < atEndPx,
    })
  }, [])
  const hasRows = complete && rows.length > 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when all rows are there.
  useEffect(() => {
    if (!hasRows || !list.current) return
    const target = marked === undefined ? -1 : rows.findIndex((row) => (replay?.items[row]?.index ?? 0) >= marked)
    if (target > 0) list.current.scrollTo(target, 'center')
    else if (active) list.current.scrollTo(rows.length - 1, 'end')
    const element = list.current.element
    if (element) requestAnimationFrame(() => look(element))
  }, [hasRows])
  // A reader at the end of a running session stays at its end.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only new rows count.
  useEffect(() => {
    if (active && place.atEnd && total > 0) list.current?.scrollTo(total - 1, 'end')
  }, [total])
  useEffect(() => {
    if (!playing) return
    const element = list.current?.element
    if (!element) return
    const seconds = Math.min(playSecondsMax, Math.max(1, total * playRowSeconds))
    const speed = element.scrollHeight / seconds
    let before = performance.now()
    let frame = requestAnimationFrame(step)
    // A browser rounds scrollTop; the exact place is kept here.
    let exactTop = element.scrollTop
    function step(now: number) {
      if (!element) return
      exactTop += ((now - before) / 1000) * speed
      before = now
      element.scrollTop = exactTop
      if (exactTop + element.clientHeight >= element.scrollHeight) return setPlaying(false)
      frame = requestAnimationFrame(step)
    }
    return () => cancelAnimationFrame(frame)
  }, [playing, total])

  function jump(type: ReplayItem['type'], by: 1 | -1) {
    for (let row = place.first + by; row >= 0 && row < rows.length; row += by) {
      const item = replay?.items[rows[row] ?? -1]
      if (item?.type === type) return list.current?.scrollTo(row, 'start')
    }
  }
  function nextFailure() {
    const count_ = rows.length
    for (let step = 1; step <= count_; step++) {
      const row = (place.first + step) % count_
      const item = replay?.items[rows[row] ?? -1]
      if (item?.type === 'tool' && item.success === false) return list.current?.scrollTo(row, 'start')
    }
  }
  useKeys([
    { keys: 'space', label: 'Play or stop', group: 'Replay', run: () => setPlaying(!playing) },
    { keys: 'j|down', label: 'Next prompt', group: 'Replay', run: () => jump('prompt', 1) },
    { keys: 'k|up', label: 'Prompt before', group: 'Replay', run: () => jump('prompt', -1) },
    { keys: 'e', label: 'Next failed tool', group: 'Replay', run: nextFailure },
    { keys: '/', label: 'Search the transcript', group: 'Replay', run: () => field.current?.focus() },
    { keys: 'L', label: 'To the end', group: 'Replay', run: () => list.current?.scrollTo(rows.length - 1, 'end') },
  ])

  if (answer.error && !replay)
    return <ErrorState what="The transcript could not be read." error={answer.error} retry={answer.retry} />
  if (!replay) return <SkeletonRows rows={14} rowClass="h-12" />
  if (replay.items.length === 0)
    return (
      <EmptyState title="Nothing was said that is known here">
        <p>
          This session sent numbers but no text: its agent withholds prompts and answers, or its transcript was not
          imported.
        </p>
      </EmptyState>
    )
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex shrink-0 flex-wrap items-center gap-2 px-4 py-1.5 hairline-b">
        <div className="relative min-w-32 flex-1 md:max-w-64">
          <Search
            aria-hidden
            className="pointer-events-none absolute top-1/2 left-2 size-3.5 -translate-y-1/2 text-muted"
          />
          <Input
            ref={field}
            aria-label="Search the transcript"
            data-testid="replay-search"
            placeholder="Search what was said"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            className="w-full pl-7"
          />
        </div>
        <fieldset aria-label="What to show" className="flex flex-wrap gap-1">
          {kinds.map(({ kind, label }) => (
            <button
              key={kind}
              type="button"
              aria-pressed={shown.has(kind)}
              data-testid={`kind-${kind}`}
              onClick={() => {
                const next = new Set(shown)
                if (!next.delete(kind)) next.add(kind)
                setShown(next)
              }}
              className={cx(
                'h-6 rounded-control px-2 text-12 hairline focus-ring hover:bg-hover coarse:h-9',
                shown.has(kind) ? 'bg-selected font-semibold' : 'text-muted',
              )}
            >
              {label}
            </button>
          ))}
        </fieldset>
        <span className="ml-auto text-12 text-muted" data-testid="message-count">
          {complete ? '' : `${exact(messages?.length)} of `}
          {exact(complete ? messages?.length : answer.data?.total)} messages
        </span>
        <Button
          onClick={() => setPlaying(!playing)}
          aria-pressed={playing}
          title="Play or stop (space)"
          data-testid="play"
        >
          {playing ? <Pause aria-hidden className="size-3.5" /> : <Play aria-hidden className="size-3.5" />}
          {playing ? 'Stop' : 'Play'}
        </Button>
      </div>
      <div className="relative flex min-h-0 flex-1">
        {rows.length === 0 ? (
          <EmptyState title="Nothing matches" className="flex-1">
            <p>No message of the chosen kinds holds this text.</p>
          </EmptyState>
        ) : (
          <VirtualList
            handle={list}
            role="list"
            label="Transcript"
            testId="replay"
            count={rows.length}
            rowHeight={(row) => guess(replay.items[rows[row] ?? -1])}
            measured
            keyOf={(row) => replay.items[rows[row] ?? -1]?.key ?? row}
            onScroll={look}
            className="min-w-0 flex-1"
            row={(row) => {
              const item = replay.items[rows[row] ?? -1]
              if (!item) return null
              return (
                <ReplayRow
                  item={item}
                  zone={zone}
                  open={toggled.has(item.key)}
                  marked={marked !== undefined && item.index === marked}
                  onToggle={onToggle}
                />
              )
            }}
          />
        )}
        <ReplayStrip
          replay={replay}
          rows={rows}
          first={place.first}
          last={place.last}
          onSeek={(row) => list.current?.scrollTo(row, 'start')}
        />
        {fresh > 0 && !place.atEnd && (
          <div className="pointer-events-none absolute inset-x-0 bottom-4 z-20 flex justify-center">
            <Button
              look="solid"
              data-testid="new-messages"
              className="pointer-events-auto shadow-floating"
              onClick={() => list.current?.scrollTo(rows.length - 1, 'end')}
            >
              <ArrowDown aria-hidden className="size-3.5" />
              {count(fresh)} new below
            </Button>
          </div>
        )}
      </div>
    </div>
  )
}
