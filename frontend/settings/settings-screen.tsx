// settings-screen.tsx: where data come from, how the server is, what things cost, and how the page looks.
import { status } from '../api.ts'
import { ErrorState } from '../components/error-state.tsx'
import { Facts } from '../components/facts.tsx'
import { Panel } from '../components/panel.tsx'
import { Screen } from '../components/screen.tsx'
import { useAnswer } from '../lib/answers.ts'
import { bytes, duration, exact, rate } from '../lib/format.ts'
import { useNow } from '../lib/now.ts'
import { absolute, ago, toMs } from '../lib/time.ts'
import { useUrl } from '../lib/url-state.ts'
import { type Theme, useSettings } from '../settings.ts'
import { Checkbox } from '../ui/checkbox.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { TabPanel, Tabs } from '../ui/tabs.tsx'
import { Budgets } from './budgets.tsx'
import { Prices } from './prices.tsx'
import { Sources } from './sources.tsx'

const tabs = ['sources', 'budgets', 'prices', 'server', 'appearance'] as const
type Tab = (typeof tabs)[number]

export function SettingsScreen() {
  const { get, adjust } = useUrl()
  const tab = tabs.find((one) => one === get('tab')) ?? 'sources'
  return (
    <Screen title="Settings" testId="settings" ranged={false} fixed>
      <Tabs<Tab>
        label="Settings"
        value={tab}
        onChange={(next) => adjust({ tab: next === 'sources' ? undefined : next })}
        tabs={[
          { value: 'sources', label: 'Sources' },
          { value: 'budgets', label: 'Budgets' },
          { value: 'prices', label: 'Prices' },
          { value: 'server', label: 'Server' },
          { value: 'appearance', label: 'Appearance' },
        ]}
        className="flex-1"
      >
        <TabPanel value="sources" className="overflow-y-auto p-4">
          <Sources />
        </TabPanel>
        <TabPanel value="budgets" className="overflow-y-auto p-4">
          <Budgets />
        </TabPanel>
        <TabPanel value="server" className="overflow-y-auto p-4">
          <Server />
        </TabPanel>
        <TabPanel value="prices" className="flex flex-col">
          <Prices />
        </TabPanel>
        <TabPanel value="appearance" className="overflow-y-auto p-4">
          <Appearance />
        </TabPanel>
      </Tabs>
    </Screen>
  )
}

function Server() {
  const answer = useAnswer(status())
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
            { name: 'Write-ahead log', value: bytes(database.walBytes) },
            !!database.notice && { name: 'Notice', value: <span className="text-warn">{database.notice}</span> },
          ]}
        />
      </Panel>
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

function Appearance() {
  const { theme, zone, compact, set } = useSettings()
  return (
    <Panel title="Appearance" note="kept in this browser" className="max-w-xl" testId="appearance">
      <dl className="grid grid-cols-[8rem_1fr] items-center gap-y-3 px-3 pb-4">
        <dt className="text-muted">Theme</dt>
        <dd>
          <Segmented<Theme>
            label="Theme"
            value={theme}
            onChange={(next) => set({ theme: next })}
            options={[
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
              { value: 'system', label: 'As the system' },
            ]}
          />
        </dd>
        <dt className="text-muted">Times</dt>
        <dd>
          <Segmented
            label="Times"
            value={zone}
            onChange={(next) => set({ zone: next })}
            options={[
              { value: 'local', label: 'Local' },
              { value: 'utc', label: 'UTC' },
            ]}
          />
        </dd>
        <dt className="text-muted">Rows</dt>
        <dd>
          <Checkbox label="Compact" checked={compact} onChange={(next) => set({ compact: next })} />
        </dd>
      </dl>
    </Panel>
  )
}
