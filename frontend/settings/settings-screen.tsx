import { Panel } from '../components/panel.tsx'
import { Screen } from '../components/screen.tsx'
import { useUrl } from '../lib/url-state.ts'
import { type Theme, useSettings } from '../settings.ts'
import { Checkbox } from '../ui/checkbox.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { TabPanel, Tabs } from '../ui/tabs.tsx'
import { Budgets } from './budgets.tsx'
import { Prices } from './prices.tsx'
import { Server } from './server.tsx'
import { Sources } from './sources.tsx'
import { Tokens } from './tokens.tsx'

const tabs = ['sources', 'budgets', 'prices', 'tokens', 'server', 'appearance'] as const
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
          { value: 'tokens', label: 'Tokens' },
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
        <TabPanel value="tokens" className="overflow-y-auto p-4">
          <Tokens />
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
