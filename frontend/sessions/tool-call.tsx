// tool-call.tsx: one tool call: a line, opening to what was asked, changed and answered.
import {
  Bot,
  ChevronRight,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  FilePen,
  FilePlus2,
  FileText,
  Globe,
  ListChecks,
  type LucideIcon,
  Plug,
  Search,
  Terminal,
  Wrench,
} from 'lucide-react'
import { useEffect, useState } from 'react'
import { Code } from '../components/code.tsx'
import { DiffView } from '../components/diff-view.tsx'
import { Attributes, LongText } from '../components/json-viewer.tsx'
import { durationMs } from '../lib/format.ts'
import { oneLine } from '../lib/safe-text.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { cx } from '../ui/cx.ts'
import type { ToolItem } from './replay.ts'
import { countLines, type ToolText } from './tool-text.ts'

const icons: readonly [RegExp, LucideIcon][] = [
  [/bash|shell|exec|command|terminal/i, Terminal],
  [/edit|patch|replace/i, FilePen],
  [/write|create_file/i, FilePlus2],
  [/^read|_read|view|cat\b/i, FileText],
  [/grep|glob|search|find|list|^ls$/i, Search],
  [/task|agent/i, Bot],
  [/web|fetch|url|http/i, Globe],
  [/todo|plan/i, ListChecks],
  [/mcp/i, Plug],
]

function iconOf(name: string): LucideIcon {
  return icons.find(([pattern]) => pattern.test(name))?.[1] ?? Wrench
}

/** The text that an edit replaced and the one it put there, where the tool's input says so and nothing tells the diff. */
function replaced({ fields }: ToolText): { before: string; after: string } | undefined {
  const before = fields?.old_string ?? fields?.oldString ?? fields?.old_str
  const after = fields?.new_string ?? fields?.newString ?? fields?.new_str
  return typeof before === 'string' && typeof after === 'string' ? { before, after } : undefined
}

export function ToolCall({ item, open, onToggle }: { item: ToolItem; open: boolean; onToggle(): void }) {
  const { tool, success } = item
  const Icon = iconOf(tool.name)
  return (
    <div data-testid="tool-call">
      <button
        type="button"
        aria-expanded={open}
        onClick={onToggle}
        className="flex h-7 w-full min-w-0 items-center gap-2 rounded-control px-2 text-left text-12 focus-ring-inset hover:bg-hover coarse:h-9"
      >
        <ChevronRight aria-hidden className={cx('size-3 shrink-0 text-muted', open && 'rotate-90')} />
        <Icon aria-hidden className="size-3.5 shrink-0 text-[var(--chart-3)]" />
        <span className="shrink-0 font-semibold">
          <bdi>{oneLine(tool.name, 60)}</bdi>
        </span>
        <code className="min-w-0 flex-1 truncate text-muted">
          <bdi>{oneLine(tool.summary, 240)}</bdi>
        </code>
        {tool.added > 0 && <span className="shrink-0 text-ok">+{tool.added}</span>}
        {tool.removed > 0 && <span className="shrink-0 text-error">−{tool.removed}</span>}
        {item.durationMs !== undefined && <span className="shrink-0 text-muted">{durationMs(item.durationMs)}</span>}
        {success === false ? (
          <CircleAlert aria-label="failed" className="size-3.5 shrink-0 text-error" />
        ) : success ? (
          <CircleCheck aria-label="worked" className="size-3.5 shrink-0 text-ok" />
        ) : (
          <CircleDashed aria-label="outcome not known" className="size-3.5 shrink-0 text-subtle" />
        )}
      </button>
      {open && <ToolBody tool={tool} failed={success === false} />}
    </div>
  )
}

function ToolBody({ tool, failed }: { tool: ToolText; failed: boolean }) {
  const command = tool.fields?.command ?? tool.fields?.cmd
  const shell = Array.isArray(command) ? command.join(' ') : command
  return (
    <div className="flex flex-col gap-2 py-1 pr-2 pl-7">
      {tool.diff ? (
        <DiffView diff={tool.diff} />
      ) : replaced(tool) ? (
        <Replaced {...replaced(tool)!} />
      ) : typeof shell === 'string' ? (
        <Code text={shell} language="bash" />
      ) : tool.fields ? (
        <div className="overflow-hidden rounded-control hairline">
          <Attributes label="Input" attributes={tool.fields} />
        </div>
      ) : tool.input ? (
        <Code text={tool.input} />
      ) : null}
      {tool.output && (
        <div
          className={cx(
            'group relative max-h-96 overflow-auto rounded-control bg-surface px-3 py-2 text-12 hairline touch:pr-12',
            failed && 'border-l-2 border-l-error',
          )}
        >
          <LongText text={tool.output} />
          <CopyButton
            text={tool.output}
            label="Copy the output"
            className="absolute top-1 right-1 bg-surface opacity-0 group-hover:opacity-100 focus-visible:opacity-100 touch:opacity-100"
          />
        </div>
      )}
      {!tool.output && !tool.diff && <p className="text-12 text-muted">No output is known.</p>}
    </div>
  )
}

/** The difference is computed when someone looks: the library is loaded then. */
function Replaced({ before, after }: { before: string; after: string }) {
  const [diff, setDiff] = useState<string>()
  useEffect(() => {
    let gone = false
    void import('diff').then(({ createTwoFilesPatch }) => {
      const patch = createTwoFilesPatch('', '', before, after, '', '', { context: 3, timeout: 500 })
      if (!gone) setDiff(patch?.split('\n').slice(4).join('\n') ?? '')
    })
    return () => {
      gone = true
    }
  }, [before, after])
  if (diff === undefined) return null
  const { added, removed } = countLines(diff)
  return (
    <>
      <p className="text-12">
        <span className="text-ok">+{added}</span> <span className="text-error">−{removed}</span>
      </p>
      <DiffView diff={diff} />
    </>
  )
}
