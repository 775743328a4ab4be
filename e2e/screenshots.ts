// screenshots.ts: a picture of every screen of the compiled binary, light, dark and on a phone, into screenshots/:
// `make screenshots`, or `make screenshots ARGS="metrics logs"` for some of them. The server is filled with the recordings and with
// a month of invented work, so that a day, a week and a month have something to show.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { launch } from './chromium.ts'
import { desk, fill, openPage, phone, settled } from './screen.ts'
import { start } from './telltale.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: join(import.meta.dir, '../screenshots') } },
})

const looks = [
  { name: 'light', size: desk, scheme: 'light' },
  { name: 'dark', size: desk, scheme: 'dark' },
  { name: 'phone', size: phone, scheme: 'light' },
  { name: 'phone-dark', size: phone, scheme: 'dark' },
] as const

mkdirSync(values.out, { recursive: true })
const [browser, server] = await Promise.all([launch(), start()])
try {
  await fill(server)
  const sample = Bun.spawn(
    [process.execPath, join(import.meta.dir, '../frontend/dev/sample.ts'), '--api', server.apiUrl.replace(/\/$/, '')],
    { stdout: 'ignore', stderr: 'inherit' },
  )
  if ((await sample.exited) !== 0) throw new Error('the sample could not be sent')

  const { sessions } = await server.get('/api/sessions?from=1970-01-01T00:00:00Z&tool=claude-code&limit=50')
  const told = sessions.toSorted((a: any, b: any) => b.messageCount - a.messageCount)[0]
  const { traces } = await server.get('/api/traces?from=1970-01-01T00:00:00Z&service=claude-code&limit=200')
  const traced = traces.toSorted((a: any, b: any) => b.spanCount - a.spanCount)[0]
  // The recordings are of one night.
  const run = 'from=2026-11-22T03:50:00Z&to=2026-11-22T04:30:00Z'
  const session = `/sessions/${encodeURIComponent(told.sessionId)}`
  const screens: Record<string, string> = {
    overview: '/?range=30d',
    sessions: '/sessions?range=30d',
    session,
    'session-waterfall': `${session}?tab=waterfall`,
    'session-logs': `${session}?tab=logs`,
    'session-summary': `${session}?tab=summary`,
    'session-audit': `${session}?tab=audit`,
    dashboards: '/dashboards',
    dashboard: '/dashboards/default?range=30d',
    'dashboard-arrange': '/dashboards/default?range=30d&arrange=1',
    costs: '/costs?range=30d',
    'costs-projects': '/costs?range=30d&by=project&interval=week',
    tools: '/tools?range=30d',
    errors: '/errors?range=30d',
    overhead: '/errors?range=30d&show=overhead',
    traces: '/traces?range=30d',
    trace: `/traces/${traced.id}`,
    logs: '/logs?range=30d',
    metrics: `/metrics?${run}&name=codex.tool.call&stack=no`,
    'metrics-compared': `/metrics?${run}&name=claude_code.token.usage&compare=1`,
    sql: `/sql?sql=${encodeURIComponent("select date_trunc('day', time) as day, tool, round(sum(cost_nano_usd) / 1e9, 4) as cost_usd, sum(total_tokens) as tokens\nfrom model_calls group by all order by day desc, cost_usd desc")}`,
    settings: '/settings',
    budgets: '/settings?tab=budgets',
    prices: '/settings?tab=prices',
    tokens: '/settings?tab=tokens',
    server: '/settings?tab=server',
    appearance: '/settings?tab=appearance',
  }
  const wanted = Object.entries(screens).filter(([name]) => positionals.length === 0 || positionals.includes(name))
  let wrongs = 0
  for (const [name, path] of wanted) {
    for (const look of looks) {
      const { page, wrong, close } = await openPage(browser, server, path, look)
      // A statement runs when it is told to.
      if (name === 'sql') await page.getByRole('button', { name: 'Run' }).click()
      await settled(page)
      await page.screenshot({ path: join(values.out, `${name}-${look.name}.png`) })
      for (const line of wrong) console.error(`${name}, ${look.name}: ${line}`)
      wrongs += wrong.length
      await close()
    }
  }
  console.log(`${wanted.length * looks.length} pictures in ${values.out}`)
  if (wrongs > 0) process.exitCode = 1
} finally {
  await browser.close()
  await server.dispose()
}
