// page.ts: the page under 1,000 records a second, and with a session and a trace of 20,000: tasks that hold the browser up, what
// they are, memory, and how soon a list stands. Chromium's own observers measure; ARGS=page, SECONDS=n for each screen (20),
// PROFILE=1 names the functions that take the time. What a screen holds after an hour is measured in page-memory.ts.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CDPSession, Page } from 'playwright-core'
import { launch } from '../e2e/chromium.ts'
import { feed, fill, post } from './feed.ts'
import { largeTrace, largeTranscript } from './page-records.ts'
import { startServer } from './server.ts'
import { table } from './table.ts'

const seconds = Number(process.env.SECONDS ?? 20)
const profiled = process.env.PROFILE === '1'
const only = process.env.SCREENS?.split(',')
const ratePerSecond = 1_000
const large = 20_000

const screens: Record<string, string> = {
  overview: '/?range=1h',
  logs: '/logs?range=1h',
  traces: '/traces?range=1h',
  sessions: '/sessions?range=1h',
  metrics: '/metrics?range=1h&name=claude_code.lines_of_code.count',
  errors: '/errors?range=1h',
  dashboard: '/dashboards/default?range=1h',
}

const print = (headings: string[], rows: string[][]) => console.log(`${table(headings, rows)}\n`)

const server = await startServer()
const browser = await launch()
const profile = mkdtempSync(join(tmpdir(), 'telltale-page-'))

/** Runs in the page before anything else: long tasks, and when rows were first drawn. */
function observe() {
  const seen = { tasks: [] as { start: number; ms: number }[], rowsAt: 0 }
  Object.assign(window, { seen })
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) seen.tasks.push({ start: startTime, ms: duration })
  }).observe({ type: 'longtask', buffered: true })
  new MutationObserver((_, observer) => {
    if (!document.querySelector('[data-row],[data-testid=span-row],[data-testid^=replay-]:not(input)')) return
    observer.disconnect()
    requestAnimationFrame(() => {
      seen.rowsAt = performance.now()
    })
  }).observe(document, { childList: true, subtree: true })
}
type Seen = { tasks: { start: number; ms: number }[]; rowsAt: number }

async function open(path: string): Promise<{ page: Page; cdp: CDPSession; close(): Promise<void> }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  await context.addInitScript(observe)
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  await page.goto(new URL(path, server.apiUrl).href)
  return { page, cdp, close: () => context.close() }
}

const seenOf = (page: Page) => page.evaluate(() => (window as unknown as { seen: Seen }).seen)

type TraceEvent = {
  name: string
  ph: string
  pid: number
  tid: number
  tdur?: number
  args?: { name?: string; data?: Frame & { frames?: Frame[] } }
}
/** A frame of a page, told by the browser with the process that draws it. */
type Frame = { url?: string; processId?: number }

/**
 * Milliseconds of CPU of each task of the page's main thread, longest first: what a task takes of a machine that has nothing
 * else to do. The browser's own observer tells how long it lasted, waits for a core included.
 */
function cpuOfTasks(trace: Buffer): number[] {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] }
  // The browser's own pages, such as that of an empty tab, have long tasks too.
  const ours = new Set(
    traceEvents.flatMap(({ args, pid }) =>
      [args?.data ?? {}, ...(args?.data?.frames ?? [])]
        .filter(({ url }) => url?.startsWith(server.apiUrl))
        .map(({ processId }) => processId ?? pid),
    ),
  )
  const main = new Set(
    traceEvents
      .filter(({ name, args, pid }) => name === 'thread_name' && args?.name === 'CrRendererMain' && ours.has(pid))
      .map(({ pid, tid }) => `${pid}/${tid}`),
  )
  return traceEvents
    .filter(({ name, ph, pid, tid }) => name === 'RunTask' && ph === 'X' && main.has(`${pid}/${tid}`))
    .map(({ tdur = 0 }) => tdur / 1000)
    .sort((a, b) => b - a)
}

async function heapMebibytes(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage')
  const { usedSize } = await cdp.send('Runtime.getHeapUsage')
  return usedSize / 1024 / 1024
}

/** Functions by the time spent in themselves, the most first. */
async function hottest(cdp: CDPSession): Promise<string[]> {
  const { profile } = await stopProfile(cdp)
  const own = new Map<string, number>()
  const byId = new Map(profile.nodes.map((node) => [node.id, node]))
  profile.samples?.forEach((id, index) => {
    const { functionName, url, lineNumber, columnNumber } = byId.get(id)!.callFrame
    const name = `${functionName || '(anonymous)'} ${url.split('/').at(-1)}:${lineNumber}:${columnNumber}`
    own.set(name, (own.get(name) ?? 0) + (profile.timeDeltas?.[index] ?? 0))
  })
  return [...own]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 14)
    .map(([name, micros]) => `${(micros / 1000).toFixed(0).padStart(7)} ms  ${name}`)
    .concat(longestStretches(profile))
}

type Profile = Awaited<ReturnType<typeof stopProfile>>['profile']
const stopProfile = (cdp: CDPSession) => cdp.send('Profiler.stop')

/** The three longest stretches without a pause, and what took their time. */
function longestStretches({ nodes, samples = [], timeDeltas = [] }: Profile): string[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, callFrame.functionName || '(anonymous)']))
  const stretches: { micros: number; own: Map<string, number> }[] = []
  let open: { micros: number; own: Map<string, number> } | undefined
  samples.forEach((id, index) => {
    const name = names.get(id) ?? ''
    if (name === '(idle)') open = undefined
    else {
      if (!open) {
        open = { micros: 0, own: new Map() }
        stretches.push(open)
      }
      const delta = timeDeltas[index + 1] ?? 0
      open.micros += delta
      open.own.set(name, (open.own.get(name) ?? 0) + delta)
    }
  })
  return stretches
    .sort((a, b) => b.micros - a.micros)
    .slice(0, 3)
    .map(({ micros, own }) => {
      const most = [...own].sort(([, a], [, b]) => b - a).slice(0, 7)
      const parts = most.map(([name, part]) => `${name} ${(part / 1000).toFixed(0)}`)
      return `stretch of ${(micros / 1000).toFixed(0)} ms: ${parts.join(', ')}`
    })
}

try {
  await fill(server)

  const rows: string[][] = []
  for (const [name, path] of Object.entries(screens)) {
    if (only && !only.includes(name)) continue
    const { page, cdp, close } = await open(path)
    await page.locator('main').waitFor()
    await page.waitForLoadState('networkidle')
    const before = await heapMebibytes(cdp)
    await page.evaluate(() => {
      ;(window as unknown as { seen: Seen }).seen.tasks = []
    })
    if (profiled) {
      await cdp.send('Profiler.enable')
      await cdp.send('Profiler.start')
    }
    await cdp.send('Performance.enable')
    const scriptSeconds = async () => {
      const { metrics } = await cdp.send('Performance.getMetrics')
      return metrics.find((metric) => metric.name === 'TaskDuration')?.value ?? Number.NaN
    }
    await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] })
    const taken = await scriptSeconds()
    const cpu = server.cpuSeconds()
    const stop = feed(server, ratePerSecond)
    await Bun.sleep(seconds * 1000)
    const sent = await stop()
    const cpuTasks = cpuOfTasks(await browser.stopTracing())
    const { tasks } = await seenOf(page)
    const busy = ((await scriptSeconds()) - taken) / seconds
    if (profiled) for (const line of await hottest(cdp)) console.log(`  ${line}`)
    const after = await heapMebibytes(cdp)
    rows.push([
      name,
      `${Math.round(sent / seconds)}/s`,
      `${tasks.filter(({ ms }) => ms > 100).length}`,
      `${Math.round(tasks.reduce((most, { ms }) => Math.max(most, ms), 0))} ms`,
      `${cpuTasks.filter((ms) => ms > 50).length}`,
      `${Math.round(cpuTasks[0] ?? Number.NaN)} ms`,
      `${Math.round(busy * 100)} %`,
      `${before.toFixed(1)} → ${after.toFixed(1)} MiB`,
      `${Math.round(((server.cpuSeconds() - cpu) / seconds) * 100)} %`,
    ])
    await close()
  }
  if (rows.length > 0)
    print(
      ['screen, live', 'records', '> 100 ms', 'longest', 'CPU > 50 ms', 'most CPU', 'busy', 'heap after GC', 'server'],
      rows,
    )

  const first: string[][] = []
  for (const [name, path] of Object.entries(screens)) {
    if (only && !only.includes(name)) continue
    if (!['logs', 'traces', 'sessions', 'errors'].includes(name)) continue
    const { page, cdp, close } = await open(path)
    await page.waitForFunction(() => (window as unknown as { seen: Seen }).seen.rowsAt > 0)
    const { rowsAt } = await seenOf(page)
    const data = await page.evaluate((screen) => {
      const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
      return entries.find(({ name }) => new URL(name).pathname === `/api/${screen}`)?.responseEnd ?? Number.NaN
    }, name)
    await cdp.detach()
    first.push([name, `${Math.round(rowsAt)} ms`, `${Math.round(rowsAt - data)} ms`])
    await close()
  }
  if (first.length > 0) print(['list', 'rows drawn after', 'of which after the data came'], first)

  if (!only || only.includes('large')) {
    const traceId = 'abcdef0123456789abcdef0123456789'
    for (const body of largeTrace(large, traceId)) await post(new URL('/v1/traces', server.otlpUrl).href, body)
    const folder = join(profile, '.claude/projects/-home-dev-bench')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'large-session.jsonl'), largeTranscript(large, 'large-session'))
    await post(
      new URL('/api/import', server.apiUrl).href,
      JSON.stringify({ tool: 'claude-code', path: join(profile, '.claude/projects') }),
    )
    const opened: string[][] = []
    for (const [name, path] of [
      [`session of ${large} messages`, '/sessions/large-session'],
      [`trace of ${large} spans`, `/traces/${traceId}`],
    ] as const) {
      const cpu = server.cpuSeconds()
      await browser.startTracing(undefined, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] })
      const { page, close } = await open(path)
      await page.waitForFunction(() => (window as unknown as { seen: Seen }).seen.rowsAt > 0)
      const { rowsAt } = await seenOf(page)
      const openTasks = cpuOfTasks(await browser.stopTracing())
      const serverCpu = server.cpuSeconds() - cpu
      await page.waitForLoadState('networkidle')
      await page.mouse.move(700, 600)
      await page.evaluate(() => {
        const frames: number[] = []
        Object.assign(window, { frames })
        let last = performance.now()
        const next = (now: number) => {
          frames.push(now - last)
          last = now
          requestAnimationFrame(next)
        }
        requestAnimationFrame(next)
        ;(window as unknown as { seen: Seen }).seen.tasks = []
      })
      await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] })
      for (let turn = 0; turn < 60; turn++) {
        await page.mouse.wheel(0, 800)
        await page.waitForTimeout(16)
      }
      const [mostCpu = Number.NaN] = cpuOfTasks(await browser.stopTracing())
      const frames = await page.evaluate(() => (window as unknown as { frames: number[] }).frames)
      const late = frames.filter((ms) => ms > 25).length
      opened.push([
        name,
        `${Math.round(rowsAt)} ms`,
        `${Math.round(openTasks.reduce((sum, ms) => sum + ms, 0))} ms`,
        `${Math.round(openTasks[0] ?? Number.NaN)} ms`,
        `${Math.round(serverCpu * 1000)} ms`,
        `${late} of ${frames.length}`,
        `${mostCpu.toFixed(1)} ms`,
      ])
      await close()
    }
    print(
      [
        'opened',
        'rows drawn after',
        'CPU of the page',
        'its longest',
        'CPU of the server',
        'frames later than 25 ms in a scroll',
        'longest CPU then',
      ],
      opened,
    )
  }
} finally {
  await browser.close()
  await server.stop()
  rmSync(profile, { recursive: true, force: true })
}
