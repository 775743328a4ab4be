// replay-row.tsx: one item of a replay.
import { Bot, ChevronDown, ChevronRight, Info, Lightbulb, User } from 'lucide-react'
import { memo } from 'react'
import { LongText } from '../components/json-viewer.tsx'
import { Markdown } from '../components/markdown.tsx'
import { cost, count, durationMs, exact, exactCost } from '../lib/format.ts'
import { oneLine, visible } from '../lib/safe-text.ts'
import { absolute, clock, toMs, type Zone } from '../lib/time.ts'
import { cx } from '../ui/cx.ts'
import type { AgentItem, PromptItem, ReplayItem } from './replay.ts'
import { ToolCall } from './tool-call.tsx'

type ReplayRowProps = { item: ReplayItem; open: boolean; marked: boolean; zone: Zone; onToggle(key: string): void }

export const ReplayRow = memo(function ReplayRow({ item, open, marked, zone, onToggle }: ReplayRowProps) {
  const toggle = () => onToggle(item.key)
  return (
    <div
      data-testid={`replay-${item.type}`}
      data-message={item.index}
      className={cx('px-4', item.depth > 0 && 'ml-6 border-l-2 border-border pl-3', marked && 'bg-selected')}
    >
      {item.type === 'prompt' && <Prompt item={item} zone={zone} />}
      {item.type === 'answer' && (
        <div className="max-w-[52rem] py-2 pl-8 text-15">
          <Markdown text={item.message.content} />
          <Numbers item={item} zone={zone} />
        </div>
      )}
      {item.type === 'thinking' && (
        <Folded
          icon={<Lightbulb aria-hidden className="size-3.5 shrink-0" />}
          label="Thinking"
          text={item.message.content}
          open={open}
          onToggle={toggle}
        />
      )}
      {item.type === 'system' && (
        <Folded
          icon={<Info aria-hidden className="size-3.5 shrink-0" />}
          label="System"
          text={item.message.content}
          open={open}
          onToggle={toggle}
        />
      )}
      {item.type === 'tool' && (
        <div className="pl-6">
          <ToolCall item={item} open={open} onToggle={toggle} />
        </div>
      )}
      {item.type === 'agent' && <AgentHead item={item} folded={open} onToggle={toggle} />}
    </div>
  )
})

function Prompt({ item, zone }: { item: PromptItem; zone: Zone }) {
  const { message } = item
  return (
    <div className="pt-4 pb-2">
      <div className="flex gap-3 rounded-panel bg-surface px-3 py-2 hairline">
        <User aria-label="Prompt" className="mt-0.5 size-4 shrink-0 text-accent" />
        <div className="min-w-0 flex-1">
          <div className="max-w-[52rem] text-15">
            <LongText text={message.content} mono={false} />
          </div>
          <p className="flex flex-wrap gap-x-3 pt-1 text-12 text-muted">
            <time dateTime={message.timestamp} title={absolute(message.timestamp, zone)}>
              {clock(toMs(message.timestamp), zone, true)}
            </time>
            {item.costUsd !== null && (
              <span className="font-semibold text-foreground" title={exactCost(item.costUsd)}>
                {cost(item.costUsd)}
              </span>
            )}
            {item.tokens > 0 && <span title={exact(item.tokens)}>{count(item.tokens)} tokens</span>}
            {item.tools > 0 && <span>{count(item.tools)} tool calls</span>}
            {item.failures > 0 && <span className="text-error">{count(item.failures)} failed</span>}
            {item.durationMs > 0 && <span>{durationMs(item.durationMs)}</span>}
            {(item.added > 0 || item.removed > 0) && (
              <span>
                <span className="text-ok">+{count(item.added)}</span>{' '}
                <span className="text-error">−{count(item.removed)}</span>
              </span>
            )}
          </p>
          {item.files.size > 0 && <Files files={item.files} />}
        </div>
      </div>
    </div>
  )
}

const filesShown = 4

/** What was changed and what was only read, by name; all of them on hover. */
function Files({ files }: { files: ReadonlyMap<string, boolean> }) {
  return (
    <dl className="flex flex-col text-12 text-muted" data-testid="prompt-files">
      {([true, false] as const).map((changed) => {
        const paths = [...files].flatMap(([path, is]) => (is === changed ? [path] : []))
        if (paths.length === 0) return null
        const more = paths.length - filesShown
        return (
          <div key={String(changed)} className="flex min-w-0 gap-1.5" title={visible(paths.join('\n'))}>
            <dt className="shrink-0">{changed ? 'Changed' : 'Read'}</dt>
            <dd className="min-w-0 truncate">
              {paths.slice(0, filesShown).map((path) => (
                <code key={path} className={changed ? 'mr-2 text-foreground' : 'mr-2'}>
                  <bdi>{oneLine(path.split(/[\\/]/).at(-1) || path, 60)}</bdi>
                </code>
              ))}
              {more > 0 && `and ${count(more)} more`}
            </dd>
          </div>
        )
      })}
    </dl>
  )
}

/** What an answer used, where that is known. */
function Numbers({ item, zone }: { item: ReplayItem; zone: Zone }) {
  const { message } = item
  const input = (message.inputTokens ?? 0) + (message.cacheRead ?? 0) + (message.cacheWrite ?? 0)
  if (message.outputTokens === undefined && message.costUsd === undefined) return null
  return (
    <p className="flex flex-wrap gap-x-3 pt-1 text-12 text-muted">
      <time dateTime={message.timestamp} title={absolute(message.timestamp, zone)}>
        {clock(toMs(message.timestamp), zone, true)}
      </time>
      {message.model && <bdi>{oneLine(message.model, 60)}</bdi>}
      {message.costUsd !== undefined && message.costUsd !== null && (
        <span title={exactCost(message.costUsd)}>{cost(message.costUsd)}</span>
      )}
      {message.outputTokens !== undefined && (
        <span
          title={`${exact(message.inputTokens ?? 0)} input, ${exact(message.cacheRead ?? 0)} cache read, ${exact(message.cacheWrite ?? 0)} cache write, ${exact(message.outputTokens)} output`}
        >
          {count(input)} → {count(message.outputTokens)}
        </span>
      )}
    </p>
  )
}

function Folded({
  icon,
  label,
  text,
  open,
  onToggle,
}: {
  icon: React.ReactNode
  label: string
  text: string
  open: boolean
  onToggle(): void
}) {
  return (
    <div className="pl-6 text-12 text-muted">
      <button
        type="button"
        aria-expanded={open}
        onClick={onToggle}
        className="flex h-7 w-full min-w-0 items-center gap-2 rounded-control px-2 text-left focus-ring-inset hover:bg-hover coarse:h-9"
      >
        <ChevronRight aria-hidden className={cx('size-3 shrink-0', open && 'rotate-90')} />
        {icon}
        <span className="shrink-0">{label}</span>
        {!open && (
          <span className="min-w-0 flex-1 truncate">
            <bdi>{oneLine(text, 240)}</bdi>
          </span>
        )}
      </button>
      {open && (
        <div className="max-w-[52rem] py-1 pl-9 text-13">
          <LongText text={text} mono={false} />
        </div>
      )}
    </div>
  )
}

function AgentHead({ item, folded, onToggle }: { item: AgentItem; folded: boolean; onToggle(): void }) {
  return (
    <div className="pt-2 pl-6">
      <button
        type="button"
        aria-expanded={!folded}
        onClick={onToggle}
        className="flex h-8 w-full min-w-0 items-center gap-2 rounded-control bg-surface px-2 text-left text-12 hairline focus-ring-inset hover:bg-hover coarse:h-9"
      >
        {folded ? <ChevronRight aria-hidden className="size-3" /> : <ChevronDown aria-hidden className="size-3" />}
        <Bot aria-hidden className="size-3.5 text-[var(--chart-6)]" />
        <span className="font-semibold">Subagent</span>
        <code className="min-w-0 flex-1 truncate text-muted">{oneLine(item.agentId, 60)}</code>
        <span className="text-muted">{count(item.items)} steps</span>
        {item.tokens > 0 && <span className="text-muted">{count(item.tokens)} tokens</span>}
        <span className="font-semibold" title={exactCost(item.costUsd)}>
          {cost(item.costUsd)}
        </span>
      </button>
    </div>
  )
}
