// palette.tsx: ⌘K: every screen, time range, session, trace and setting by typing.
import { Command } from 'cmdk'
import { Bookmark, CalendarClock, MessagesSquare, Monitor, Moon, Search, Sun, Waypoints } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { savedViews, search, sessions } from '../../api.ts'
import { type Answer, askAgain, useAnswer } from '../../lib/answers.ts'
import { oneLine } from '../../lib/safe-text.ts'
import { presets } from '../../lib/time-range.ts'
import { useUrl } from '../../lib/url-state.ts'
import { useView } from '../../lib/use-window.ts'
import { useSettings } from '../../settings.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Kbd } from '../../ui/kbd.tsx'
import { AgentDot } from '../agents.tsx'
import { places } from './places.ts'

type PaletteProps = { open: boolean; onClose(): void; onKeyMap(): void }

const leastSearch = 2

export function Palette({ open, onClose, onKeyMap }: PaletteProps) {
  const [text, setText] = useState('')
  const { visit, goTo, path } = useUrl()
  const { setRange } = useView()
  const set = useSettings((settings) => settings.set)
  const wanted = text.trim()
  const everything = { from: undefined, to: undefined }
  const found = useAnswer(
    open ? sessions(everything, wanted.length >= leastSearch ? { search: wanted } : {}, { limit: 6 }) : undefined,
  )
  const hits = useAnswer(open && wanted.length > leastSearch ? search(everything, wanted, 6) : undefined)
  const views = useAnswer(open ? savedViews() : undefined)
  const traceId = /^[0-9a-f]{32}$/i.test(wanted) ? wanted.toLowerCase() : undefined
  const done = (act: () => void) => () => {
    onClose()
    setText('')
    act()
  }
  const group =
    '[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-12 [&_[cmdk-group-heading]]:text-muted'
  return (
    <Dialog open={open} onClose={onClose} title="Command palette" bare>
      <Command label="Command palette" className="flex max-h-[70vh] flex-col text-13">
        <div className="flex items-center gap-3 px-4 hairline-b">
          <Search aria-hidden className="size-4 text-muted" />
          <Command.Input
            value={text}
            onValueChange={setText}
            data-focus-first
            data-testid="palette-input"
            placeholder="Go to a screen, a session, a trace id, a time range …"
            className="h-11 flex-1 bg-transparent text-15 outline-none placeholder:text-muted"
          />
        </div>
        <Command.List className="min-h-0 overflow-y-auto pb-2" data-testid="palette">
          <Command.Empty className="px-4 py-6 text-muted">Nothing by that name</Command.Empty>
          {traceId && (
            <Command.Group heading="Trace" className={group}>
              <Item
                value={`trace ${traceId}`}
                onSelect={done(() => visit(`/traces/${traceId}`))}
                icon={<Waypoints className="size-4" />}
              >
                <code>{traceId}</code>
              </Item>
            </Command.Group>
          )}
          <Command.Group heading="Go to" className={group}>
            {places.map((place) => (
              <Item
                key={place.id}
                value={`go to ${place.label}`}
                onSelect={done(() => visit(place.path))}
                icon={<place.icon className="size-4" />}
                keys={place.keys}
              >
                {place.label}
              </Item>
            ))}
          </Command.Group>
          <Together answers={[found, views]} now={wanted !== ''}>
            {(views.data?.views.length ?? 0) > 0 && (
              <Command.Group heading="Views" className={group}>
                {views.data?.views.map((view) => (
                  <Item
                    key={view.id}
                    value={`view ${view.name} ${view.id}`}
                    onSelect={done(() => goTo(view.path))}
                    icon={<Bookmark className="size-4" />}
                  >
                    <bdi>{oneLine(view.name, 120)}</bdi>
                  </Item>
                ))}
              </Command.Group>
            )}
            {(found.data?.sessions.length ?? 0) > 0 && (
              <Command.Group heading="Sessions" className={group} forceMount>
                {found.data?.sessions.map((session) => (
                  <Item
                    key={session.sessionId}
                    value={`session ${session.sessionId} ${wanted}`}
                    onSelect={done(() => visit(`/sessions/${encodeURIComponent(session.sessionId)}`))}
                    icon={<AgentDot id={session.tool} />}
                  >
                    <bdi>{oneLine(session.title || session.sessionId, 90)}</bdi>
                    {session.project && <span className="pl-2 text-12 text-muted">{session.project}</span>}
                  </Item>
                ))}
              </Command.Group>
            )}
            {(hits.data?.hits.length ?? 0) > 0 && (
              <Command.Group heading="In what was said" className={group} forceMount>
                {hits.data?.hits.map((hit) => (
                  <Item
                    key={`${hit.sessionId} ${hit.messageIndex}`}
                    value={`hit ${hit.sessionId} ${hit.messageIndex} ${wanted}`}
                    onSelect={done(() =>
                      visit(`/sessions/${encodeURIComponent(hit.sessionId)}`, { message: hit.messageIndex }),
                    )}
                    icon={<MessagesSquare className="size-4" />}
                  >
                    <bdi>{oneLine(hit.snippet, 100)}</bdi>
                  </Item>
                ))}
              </Command.Group>
            )}
            <Command.Group heading="Time range" className={group}>
              {presets.map((preset) => (
                <Item
                  key={preset.id}
                  value={`time range ${preset.label}`}
                  onSelect={done(() => setRange({ preset: preset.id }))}
                  icon={<CalendarClock className="size-4" />}
                >
                  {preset.label}
                </Item>
              ))}
            </Command.Group>
            <Command.Group heading="Page" className={group}>
              <Item value="refresh ask again" onSelect={done(askAgain)}>
                Ask the server again
              </Item>
              <Item value="keys shortcuts help" onSelect={done(onKeyMap)} keys="?">
                Show all keys
              </Item>
              <Item
                value="copy link to this view"
                onSelect={done(() => void navigator.clipboard?.writeText(location.href))}
              >
                Copy the link to this view
              </Item>
              <Item
                value="light theme"
                onSelect={done(() => set({ theme: 'light' }))}
                icon={<Sun className="size-4" />}
              >
                Light
              </Item>
              <Item value="dark theme" onSelect={done(() => set({ theme: 'dark' }))} icon={<Moon className="size-4" />}>
                Dark
              </Item>
              <Item
                value="system theme"
                onSelect={done(() => set({ theme: 'system' }))}
                icon={<Monitor className="size-4" />}
              >
                As the system
              </Item>
              <Item value="utc time zone" onSelect={done(() => set({ zone: 'utc' }))}>
                Times in UTC
              </Item>
              <Item value="local time zone" onSelect={done(() => set({ zone: 'local' }))}>
                Times in local time
              </Item>
              <Item
                value="compact rows density"
                onSelect={done(() => set({ compact: !useSettings.getState().compact }))}
              >
                Compact rows on or off
              </Item>
            </Command.Group>
          </Together>
        </Command.List>
        <span className="sr-only">{path}</span>
      </Command>
    </Dialog>
  )
}

const longestWaitMs = 400

/**
 * What stands below entries that the server is asked for comes with them, or without them after a moment: it would move when they
 * come, and a click meet another entry than it was aimed at. Who types waits for nothing: the best match is chosen, wherever it stands.
 */
function Together({ answers, now, children }: { answers: Answer<unknown>[]; now: boolean; children: ReactNode }) {
  const [isLate, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), longestWaitMs)
    return () => clearTimeout(timer)
  }, [])
  return now || isLate || answers.every(({ data, error }) => data || error) ? children : null
}

type ItemProps = { value: string; onSelect(): void; icon?: ReactNode; keys?: string; children: ReactNode }

function Item({ value, onSelect, icon, keys, children }: ItemProps) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="mx-2 flex h-8 cursor-pointer items-center gap-3 rounded-[4px] px-2 aria-selected:bg-selected coarse:h-11"
    >
      <span className="flex size-4 shrink-0 items-center justify-center text-muted">{icon}</span>
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {keys && <Kbd keys={keys} />}
    </Command.Item>
  )
}
