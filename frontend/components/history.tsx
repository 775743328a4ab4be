// history.tsx: the history that lies on the server's machine: what was found, one click to read it, and how far that is.
import { CircleCheck, FolderSearch, OctagonX, TriangleAlert, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { askAgain, useAnswer } from '../lib/answers.ts'
import { hueColor } from '../lib/colors.ts'
import { bytes, cost, duration, exact } from '../lib/format.ts'
import { useNow } from '../lib/now.ts'
import type { FoundAgent, ImportJob } from '../lib/shapes.ts'
import { ago } from '../lib/time.ts'
import { useSettings } from '../settings.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { cx } from '../ui/cx.ts'
import { beginImport, importFound, importJob, stopImport } from './history-questions.ts'

const pollMs = 400

/** Follows the import that runs; mounted once, by the shell, so that one asks for all. */
export function useFollowedImport(): ImportJob | undefined {
  const { data, retry } = useAnswer(importJob())
  const job = data?.job ?? undefined
  const isRunning = job?.state === 'running'
  const ran = useRef(false)
  useEffect(() => {
    if (isRunning) {
      ran.current = true
      const timer = setInterval(retry, pollMs)
      return () => clearInterval(timer)
    }
    // What came last may not have been told one by one: every number on the page is read once more.
    if (ran.current) askAgain()
    ran.current = false
    return undefined
  }, [isRunning, retry])
  return job
}

/** The job as the shell keeps it up to date. */
export function useImportJob(): ImportJob | undefined {
  return useAnswer(importJob()).data?.job ?? undefined
}

/** What was found and never read; `begin` reads it. */
export function useFoundHistory() {
  const found = useAnswer(importFound())
  const job = useAnswer(importJob())
  const [error, setError] = useState<Error>()
  const agents = found.data?.agents.filter((agent) => agent.files > 0) ?? []
  const unread = agents.filter((agent) => agent.newFiles > 0)
  return {
    known: found.data !== undefined,
    agents,
    unread,
    files: unread.reduce((sum, agent) => sum + agent.newFiles, 0),
    bytes: unread.reduce((sum, agent) => sum + agent.newBytes, 0),
    error: error ?? found.error,
    async begin(tool = 'all') {
      setError(undefined)
      try {
        await beginImport(tool)
        job.retry()
      } catch (thrown) {
        setError(thrown instanceof Error ? thrown : new Error(String(thrown)))
      }
    },
  }
}

/** One line an agent: how much of it lies here, its version, when it last wrote. */
export function FoundAgents({ agents }: { agents: readonly FoundAgent[] }) {
  const now = useNow(10_000)
  const zone = useSettings((settings) => settings.zone)
  return (
    <ul data-testid="found-agents">
      {agents.map((agent) => (
        <li
          key={agent.id}
          data-testid={`found-${agent.id}`}
          className="grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-3 px-4 py-2 hairline-t first:border-0"
        >
          <span className="flex min-w-0 items-center gap-2">
            <span aria-hidden className="size-2 shrink-0 rounded-full" style={{ background: hueColor(agent.hue) }} />
            <span className="font-semibold">{agent.name}</span>
            {agent.version && <span className="truncate text-12 text-muted">{agent.version}</span>}
          </span>
          <span className="text-right" data-slot="number">
            {exact(agent.files)} {agent.files === 1 ? 'transcript' : 'transcripts'}, {bytes(agent.bytes)}
          </span>
          <span className="truncate pl-4 text-12 text-muted" title={agent.paths.join('\n')}>
            <code>{agent.paths.join(', ')}</code>
          </span>
          <span className="text-right text-12 text-muted">
            {agent.newFiles === 0
              ? 'read'
              : agent.newFiles < agent.files
                ? `${exact(agent.newFiles)} not read`
                : agent.lastWrittenUnixMs
                  ? `written ${ago(agent.lastWrittenUnixMs, now, zone)}`
                  : ''}
          </span>
        </li>
      ))}
    </ul>
  )
}

/** How far the reading is: files, pace, time left, and a way to stop it. */
export function ImportProgress({ job, onClose }: { job: ImportJob; onClose?: () => void }) {
  const share = job.bytes === 0 ? 0 : Math.min(1, job.bytesDone / job.bytes)
  const isRunning = job.state === 'running'
  return (
    <div data-testid="import-progress" data-state={job.state} className="flex flex-col gap-1.5 px-4 py-2">
      <div className="flex min-h-6 flex-wrap items-center gap-x-3 gap-y-1">
        <JobState job={job} />
        <span className="min-w-0 flex-1 text-12 text-muted" data-slot="number" role={isRunning ? undefined : 'status'}>
          {progressWords(job)}
        </span>
        {isRunning && (
          <Button size="small" onClick={() => void stopImport()} data-testid="import-stop">
            Stop
          </Button>
        )}
        {!isRunning && onClose && (
          <IconButton label="Close" onClick={onClose}>
            <X aria-hidden className="size-3.5" />
          </IconButton>
        )}
      </div>
      {isRunning && (
        <div
          role="progressbar"
          aria-label="Reading the history"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(share * 100)}
          className="h-1 overflow-hidden rounded-full bg-selected"
        >
          <div
            className={cx('h-full origin-left rounded-full bg-accent transition-transform duration-100')}
            style={{ transform: `scaleX(${share})` }}
          />
        </div>
      )}
    </div>
  )
}

const looks = {
  running: { icon: FolderSearch, color: 'text-accent', word: 'Reading the history' },
  done: { icon: CircleCheck, color: 'text-ok', word: 'History read' },
  stopped: { icon: OctagonX, color: 'text-muted', word: 'Stopped' },
  failed: { icon: TriangleAlert, color: 'text-error', word: 'The history could not be read' },
} as const

function JobState({ job }: { job: ImportJob }) {
  const { icon: Icon, color, word } = looks[job.state]
  return (
    <span className="inline-flex items-center gap-2 font-semibold">
      <Icon aria-hidden className={cx('size-4', color)} />
      {word}
    </span>
  )
}

/** `1,204 of 3,142 files · 84.2 MB/s · 12 s left`. */
export function progressWords(job: ImportJob): string {
  if (job.state === 'failed') return job.message ?? 'Begin it again: it goes on where it stopped.'
  const files = `${exact(job.filesDone)} of ${exact(job.files)} files`
  if (job.state === 'running') {
    if (job.files === 0) return 'looking for files'
    const left = job.secondsLeft === null ? undefined : `${duration(Math.max(1, job.secondsLeft) * 1e9)} left`
    return [files, `${bytes(job.bytesPerSecond)}/s`, left].filter(Boolean).join(' · ')
  }
  if (job.state === 'stopped') return `after ${files}; another time it goes on there.`
  const lost = job.skipped ? `${exact(job.skipped)} records could not be read` : undefined
  return [
    `${exact(job.files)} files`,
    `${exact(job.sessions)} sessions`,
    `${exact(job.calls)} requests`,
    cost(job.costUsd),
    lost,
  ]
    .filter(Boolean)
    .join(' · ')
}
