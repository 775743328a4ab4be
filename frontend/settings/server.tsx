// server.tsx: how the server does, what its database holds, and what it keeps.
import { type FormEvent, useState } from 'react'
import { backUp, compact, databaseTables, machine, stats, status } from '../api.ts'
import { ErrorState } from '../components/error-state.tsx'
import { Facts } from '../components/facts.tsx'
import { Panel } from '../components/panel.tsx'
import { useAnswer } from '../lib/answers.ts'
import { bytes, duration, durationMs, exact, rate, ratio } from '../lib/format.ts'
import { useNow } from '../lib/now.ts'
import { absolute, ago, toMs } from '../lib/time.ts'
import { useSettings } from '../settings.ts'
import { Button } from '../ui/button.tsx'
import { Input } from '../ui/input.tsx'
import { Scroller } from '../ui/scroller.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'

export function Server() {
  const answer = useAnswer(status())
  const rows = useAnswer(stats()).data
  const zone = useSettings((settings) => settings.zone)
  const now = useNow(10_000)
  if (answer.error && !answer.data)
    return <ErrorState what="The server's state could not be read." error={answer.error} retry={answer.retry} />
  const data = answer.data
  if (!data) return <SkeletonRows />
  const { ingest, rates, database } = data
  return (
    <div className="grid max-w-5xl gap-4 lg:grid-cols-2" data-testid="server-status">
      <Panel title="Server">
        <Facts
          facts={[
            { name: 'Version', value: data.version, copy: data.version },
            { name: 'Started', value: absolute(data.startedAt, zone) },
            { name: 'Up', value: duration(data.uptimeSeconds * 1e9) },
            { name: 'OTLP/HTTP', value: <code>{data.receivers.otlpHttp.url}</code>, copy: data.receivers.otlpHttp.url },
            {
              name: 'OTLP/gRPC',
              value: data.receivers.otlpGrpc ? <code>{data.receivers.otlpGrpc.url}</code> : 'off',
              copy: data.receivers.otlpGrpc?.url,
            },
            { name: 'Pages open', value: exact(data.live.clients) },
            { name: 'Memory', value: bytes(data.memory.rssBytes) },
          ]}
        />
      </Panel>
      <Panel title="Database">
        <Facts
          facts={[
            { name: 'File', value: <code className="break-all">{database.path}</code>, copy: database.path },
            { name: 'Size', value: bytes(database.databaseBytes) },
            database.freeBytes !== null && {
              name: 'Free in it',
              value: `${bytes(database.freeBytes)} (${ratio(database.freeBytes / Math.max(1, database.databaseBytes))})`,
              title: 'written again before the file grows',
            },
            {
              name: 'Not yet in it',
              value: `${bytes(database.walBytes)} in the write-ahead log`,
              title: 'on disk and safe; a checkpoint takes it over',
            },
            {
              name: 'Checkpoint',
              value: database.lastCheckpoint
                ? `${ago(toMs(database.lastCheckpoint.at), now, zone)}, took ${durationMs(database.lastCheckpoint.durationMs)}`
                : 'none since the start',
              title: database.lastCheckpoint && absolute(database.lastCheckpoint.at, zone),
            },
            { name: 'Sessions', value: exact(rows?.sessionCount) },
            { name: 'Requests', value: exact(rows?.callCount) },
            { name: 'Spans', value: exact(rows?.spanCount) },
            { name: 'Log records', value: exact(rows?.logCount) },
            { name: 'Metric points', value: exact(rows?.metricCount) },
            !!database.notice && { name: 'Notice', value: <span className="text-warn">{database.notice}</span> },
          ]}
        />
        <Tables />
        <Compact done={answer.retry} />
        <Backup folder={database.path.replace(/[/\\][^/\\]*$/, '')} />
      </Panel>
      <Kept />
      <Panel title="Received since the start">
        <Facts
          facts={[
            { name: 'Records', value: exact(ingest.acceptedRecords) },
            { name: 'Batches', value: exact(ingest.acceptedBatches) },
            { name: 'Sent twice', value: exact(ingest.duplicateBatches), title: 'acknowledged and not stored again' },
            { name: 'Rejected', value: exact(ingest.rejectedRecords), title: 'records that could not be read' },
            { name: 'Refused', value: exact(ingest.refusedBatches), title: 'told to come back later' },
            { name: 'Lost', value: exact(data.dropped), title: 'acknowledged and not on disk' },
            { name: 'Waiting', value: `${exact(data.queue.batches)} batches, ${bytes(data.queue.bytes)}` },
            { name: 'Last commit', value: ingest.lastCommitAt ? ago(toMs(ingest.lastCommitAt), now, zone) : '—' },
          ]}
        />
      </Panel>
      <Panel title="Rates" note="over the last minute">
        <Facts
          facts={[
            { name: 'Spans', value: rate(rates.traces) },
            { name: 'Log records', value: rate(rates.logs) },
            { name: 'Metric points', value: rate(rates.metrics) },
            { name: 'Messages', value: rate(rates.messages) },
          ]}
        />
      </Panel>
    </div>
  )
}

/** What fills the file, table by table; asked for when it is opened. */
function Tables() {
  const [open, setOpen] = useState(false)
  const tables = useAnswer(open ? databaseTables() : undefined).data?.tables
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)} className="text-12 hairline-t">
      <summary data-testid="tables-open" className="cursor-pointer px-3 py-2 focus-ring-inset hover:bg-hover">
        Rows of each table
      </summary>
      {open &&
        (tables ? (
          <Scroller plain label="Rows of each table" className="max-h-64">
            <Facts facts={tables.map(({ name, rows }) => ({ name, value: exact(rows) }))} wide />
          </Scroller>
        ) : (
          <SkeletonRows rows={6} />
        ))}
    </details>
  )
}

const privacyTiers: Record<number, string> = {
  1: '1: metadata only',
  2: '2: and prompts and tool details',
  3: '3: and responses, everything',
}

/** How long and what is kept; it is set where the server is started. */
function Kept() {
  const settings = useAnswer(machine()).data?.settings
  return (
    <Panel title="Retention and privacy" note="set by flag, environment or config file" testId="kept">
      {settings ? (
        <Facts
          facts={[
            {
              name: 'Kept for',
              value: settings.retentionSeconds === null ? 'ever' : duration(settings.retentionSeconds * 1e9),
              title: '--retention 90d',
            },
            {
              name: 'Kept up to',
              value: settings.retentionBytes === null ? 'any size' : bytes(settings.retentionBytes),
              title: '--retention-size 5GB',
            },
            {
              name: 'Privacy tier',
              value: privacyTiers[settings.privacy] ?? settings.privacy,
              title: '--privacy 1, 2 or 3',
            },
            {
              name: 'Secrets',
              value: settings.redact ? 'taken out before anything is stored' : 'stored as they come (--no-redact)',
            },
            { name: 'Home', value: <code className="break-all">{settings.home}</code>, copy: settings.home },
            {
              name: 'Config file',
              value: <code className="break-all">{settings.configFile}</code>,
              copy: settings.configFile,
            },
          ]}
        />
      ) : (
        <SkeletonRows rows={4} />
      )}
    </Panel>
  )
}

type Told = { ok: boolean; text: string }

function Outcome({ told, testId }: { told: Told; testId: string }) {
  return (
    <p
      role="status"
      data-testid={testId}
      className={told.ok ? 'basis-full text-12 text-ok' : 'basis-full text-12 text-error'}
    >
      {told.text}
    </p>
  )
}

/** The file written anew, smaller; the server goes on meanwhile. */
function Compact({ done }: { done(): void }) {
  const [told, setTold] = useState<Told>()
  const [busy, setBusy] = useState(false)
  async function run() {
    setBusy(true)
    setTold(undefined)
    try {
      const { bytesBefore, bytesAfter, durationMs } = await compact()
      setTold({
        ok: true,
        text: `${bytes(bytesBefore)} before, ${bytes(bytesAfter)} now, in ${duration(durationMs * 1e6)}`,
      })
      done()
    } catch (thrown) {
      setTold({ ok: false, text: thrown instanceof Error ? thrown.message : String(thrown) })
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="flex flex-wrap items-center gap-2 px-3 py-2 hairline-t">
      <p className="min-w-48 flex-1 text-12 text-muted">
        Written anew, the file gives its free space back and holds no trace of what was deleted.
      </p>
      <Button onClick={run} disabled={busy} data-testid="compact">
        {busy ? 'Writing…' : 'Compact'}
      </Button>
      {told && <Outcome told={told} testId="compact-told" />}
    </div>
  )
}

/** Another file with everything of this moment; the server goes on meanwhile. */
function Backup({ folder }: { folder: string }) {
  const [output, setOutput] = useState(`${folder}/backup-${new Date().toISOString().slice(0, 10)}.duckdb`)
  const [told, setTold] = useState<Told>()
  const [busy, setBusy] = useState(false)
  async function submit(event: FormEvent) {
    event.preventDefault()
    setBusy(true)
    setTold(undefined)
    try {
      const done = await backUp(output.trim())
      setTold({ ok: true, text: `${bytes(done.bytes)} in ${duration(done.durationMs * 1e6)}` })
    } catch (thrown) {
      setTold({ ok: false, text: thrown instanceof Error ? thrown.message : String(thrown) })
    } finally {
      setBusy(false)
    }
  }
  return (
    <form onSubmit={submit} className="flex flex-wrap items-center gap-2 px-3 py-2 hairline-t">
      <Input
        aria-label="File of the backup, on the server"
        data-testid="backup-output"
        value={output}
        onChange={(event) => setOutput(event.target.value)}
        className="min-w-48 flex-1"
      />
      <Button type="submit" disabled={busy || output.trim() === ''} data-testid="backup">
        Back up
      </Button>
      {told && <Outcome told={told} testId="backup-told" />}
    </form>
  )
}
