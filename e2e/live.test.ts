// live.test.ts: a record sent to 4318 is on every screen that should show it, without reload, and is asked about within a second of
// the page's own clock: all screens open at once over the compiled binary.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { launch } from './chromium.ts'
import { type LiveScreen, watchLive } from './live-page.ts'
import { liveTurn, traceId } from './live-turn.ts'
import { type Running, start } from './telltale.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

/** A busy machine takes its time to open pages; nothing here is judged by it. */
const patienceMs = 180_000

const text = (page: Page, wanted: string) => page.locator('main').getByText(wanted).first().waitFor()

type After = { cost: string; records: string; dashboard: string }
type Screens = Record<string, (after: After) => LiveScreen>

/** Four at a time, with a server of their own for each try: what was there before is asked for, and then the turn comes. */
function watched(name: string, screens: Screens, make: (server: Running) => Promise<string> = async () => '') {
  test(
    name,
    async () => {
      const server = await start()
      const { before, turn } = liveTurn(server)
      await before()
      const after: After = { cost: '', records: '', dashboard: await make(server) }
      const wrong = await watchLive(
        browser,
        server,
        Object.fromEntries(Object.entries(screens).map(([screen, of]) => [screen, of(after)])),
        async () => {
          await turn()
          const { totals } = await server.get('/api/usage')
          after.cost = `$${totals.costUsd.toFixed(2)}`
          const { agents } = await server.get('/api/agents')
          const counts = agents.find(({ id }: { id: string }) => id === 'claude-code').counts
          after.records = `${counts.traces + counts.logs + counts.metrics + counts.messages} records`
        },
      )
      expect(wrong).toEqual([])
      await server.dispose()
    },
    patienceMs,
  )
}

watched('one turn of an agent shows on the overview and on the lists', {
  overview: (after) => ({
    path: '/',
    asks: ['/api/usage', '/api/sessions', '/api/tools', '/api/running', '/api/budgets', '/api/alerts'],
    seen: async (page) => {
      await page.getByTestId('value-cost').getByText(after.cost).waitFor()
      await page.getByTestId('top-model').getByText('claude-haiku-4-5').first().waitFor()
      await page.getByTestId('top-tools').getByText('MoonFetcher').waitFor()
      await page.getByTestId('live-activity').getByText(after.cost).waitFor()
      await page.getByTestId('running-watched').getByText(after.cost).waitFor()
    },
  }),
  sessions: (after) => ({
    path: '/sessions',
    asks: ['/api/sessions', '/api/session-facets'],
    seen: (page) => page.getByRole('table').getByText(after.cost).waitFor(),
  }),
  traces: (_after) => ({ path: '/traces', asks: ['/api/traces'], seen: (page) => text(page, 'fly home') }),
  logs: (_after) => ({
    path: '/logs',
    asks: ['/api/logs', '/api/logs/levels', '/api/logs/histogram', '/api/logs/facets'],
    seen: async (page) => {
      await page.getByTestId('logs-table').getByText('user_prompt').first().waitFor()
      await page.getByTestId('facet-@event.name-user_prompt').waitFor()
    },
  }),
})

watched('on metrics, costs, tools and errors', {
  metrics: (_after) => ({ path: '/metrics', asks: ['/api/metrics/names'], seen: (page) => text(page, 'moon.phase') }),
  costs: (_after) => ({
    path: '/costs',
    asks: ['/api/usage', '/api/usage/savings', '/api/usage/windows'],
    seen: (page) => text(page, 'claude-haiku-4-5-20251001'),
  }),
  tools: (_after) => ({ path: '/tools', asks: ['/api/tools'], seen: (page) => text(page, 'MoonFetcher') }),
  errors: (_after) => ({
    path: '/errors',
    asks: ['/api/errors'],
    seen: (page) => text(page, 'MoonFetcher: OutOfReach'),
  }),
})

/** A budget that the turn is spent from. */
async function budget(server: Running): Promise<string> {
  await fetch(new URL('/api/budgets', server.apiUrl), {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ budgets: [{ id: 'b', period: 'day', limitUsd: 100 }] }),
  })
  return ''
}

watched(
  'on overhead, the default dashboard, budgets and sources',
  {
    overhead: (_after) => ({
      path: '/errors?show=overhead',
      asks: ['/api/overhead'],
      seen: (page) => page.getByTestId('overhead-retry').getByText('2', { exact: true }).waitFor(),
    }),
    dashboard: (after) => ({
      path: '/dashboards/default',
      asks: ['/api/usage', '/api/tools'],
      seen: (page) => text(page, after.cost),
    }),
    budgets: (after) => ({
      path: '/settings?tab=budgets',
      asks: ['/api/budgets'],
      seen: (page) => text(page, after.cost),
    }),
    sources: (after) => ({
      path: '/settings?tab=sources',
      asks: ['/api/agents'],
      seen: (page) => page.getByTestId('source-claude-code').getByText(after.records).waitFor(),
    }),
  },
  budget,
)

watched('on the tabs of a session', {
  replay: (_after) => ({
    path: '/sessions/watched',
    asks: ['/api/sessions/watched', '/api/sessions/watched/transcript'],
    seen: (page) => text(page, 'Fetch me the moon'),
  }),
  waterfall: (_after) => ({
    path: '/sessions/watched?tab=waterfall',
    asks: ['/api/traces', `/api/traces/${traceId}`, `/api/traces/${traceId}/calls`],
    seen: (page) => page.getByTestId('span-row').getByText('land on the moon').waitFor(),
  }),
  'logs of a session': (_after) => ({
    path: '/sessions/watched?tab=logs',
    asks: ['/api/logs'],
    seen: (page) => page.getByTestId('logs-table').getByText('tool_result').first().waitFor(),
  }),
  summary: (_after) => ({
    path: '/sessions/watched?tab=summary',
    asks: ['/api/sessions/watched'],
    seen: (page) => text(page, 'MoonFetcher'),
  }),
})

/** A dashboard with one widget of each kind that reads something. */
async function dashboard(server: Running): Promise<string> {
  const widgets = [
    { widgetType: 'usage_value', title: 'Money', config: {} },
    { widgetType: 'usage_chart', title: 'Course', config: { groupBy: 'model' } },
    { widgetType: 'metric_value', title: 'Distance', config: { metricName: 'moon.distance' } },
    { widgetType: 'stats_traces', title: 'Traces', config: {} },
    { widgetType: 'stats_logs', title: 'Logs', config: {} },
    { widgetType: 'stats_error_rate', title: 'Failed calls', config: { of: 'tools' } },
    { widgetType: 'top_list', title: 'Busiest', config: { groupBy: 'toolCalls' } },
    { widgetType: 'table', title: 'Models', config: { groupBy: 'model' } },
    { widgetType: 'sql', title: 'Spans', config: { sql: "select count(*) || ' spans' as n from spans" } },
    { widgetType: 'recent_activity', title: 'Last traces', config: { of: 'traces' } },
  ].map((widget, index) => ({
    ...widget,
    gridColumn: (index % 3) * 4,
    gridRow: Math.floor(index / 3) * 3,
    colSpan: 4,
    rowSpan: 3,
  }))
  const made = await fetch(new URL('/api/dashboards', server.apiUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Watched', widgets }),
  })
  return ((await made.json()) as { id: string }).id
}

watched('on its audit, a trace and a metric', {
  audit: (_after) => ({
    path: '/sessions/watched?tab=audit',
    asks: ['/api/audit'],
    seen: (page) => text(page, '300k'),
  }),
  trace: (_after) => ({
    path: `/traces/${traceId}`,
    asks: [`/api/traces/${traceId}`, `/api/traces/${traceId}/calls`],
    seen: (page) => page.getByTestId('span-row').getByText('land on the moon').waitFor(),
  }),
  metric: (_after) => ({
    path: '/metrics?name=moon.distance&range=1h&stat=max',
    asks: ['/api/metrics/series'],
    seen: (page) => text(page, '3,844'),
  }),
})

watched(
  'on widgets and on the tables of the database',
  {
    widgets: (after) => ({
      path: `/dashboards/${after.dashboard}`,
      asks: ['/api/usage', '/api/metrics/series', '/api/traces', '/api/logs', '/api/tools', '/api/sql'],
      async seen(page) {
        const widget = (title: string) => page.locator(`[data-testid="widget"][aria-label="${title}"]`)
        await widget('Money').getByText(after.cost).waitFor()
        await widget('Course').getByText('claude-haiku-4-5-20251001').first().waitFor()
        await widget('Traces').getByTestId('widget-value').getByText('2', { exact: true }).waitFor()
        await widget('Logs').getByTestId('widget-value').getByText('5', { exact: true }).waitFor()
        await widget('Failed calls').getByTestId('widget-value').getByText('100%').waitFor()
        await widget('Busiest').getByText('MoonFetcher').waitFor()
        await widget('Models').getByText('claude-haiku-4-5-20251001').first().waitFor()
        await widget('Spans').getByText('3 spans').waitFor()
        await widget('Last traces').getByText('fly home').waitFor()
        await widget('Distance')
          .getByTestId('widget-value')
          .getByText(/3,8|1,9/)
          .waitFor()
      },
    }),
    database: (_after) => ({
      path: '/settings?tab=server',
      asks: ['/api/status', '/api/stats', '/api/status/tables'],
      prepare: async (page) => {
        await page.getByTestId('tables-open').click()
        await page.getByRole('region', { name: 'Rows of each table' }).waitFor()
      },
      seen: (page) =>
        page
          .getByTestId('server-status')
          .locator('div')
          .filter({ hasText: /^Spans3$/ })
          .first()
          .waitFor(),
    }),
  },
  dashboard,
)
