// dashboards.ts: what the tests of dashboards share: making them by the API, and finding their widgets on the page.
import { readFileSync } from 'node:fs'
import type { Browser, Download, Page } from 'playwright-core'
import { fill, openPage, recorded } from './screen.ts'
import type { Running } from './telltale.ts'

/** What these tests are about: something of every agent's kind of telemetry. */
export const fillDashboards = (server: Running) =>
  fill(server, [
    ['claude-code', '02-http-json-gzip-resume'],
    ['claude-code', '07-traces-beta-protobuf'],
    ['codex', '04-http-subagent'],
    ['gemini', '01-http'],
  ])

/** The helpers over a browser and a server that come up later. */
export function dashboardsOf(running: () => { browser: Browser; server: Running }) {
  async function api(method: string, path: string, body?: unknown): Promise<any> {
    const answer = await fetch(new URL(path, running().server.apiUrl), {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer.status === 204 ? undefined : answer.json()
  }
  const value = (title: string, gridColumn: number, gridRow = 0, colSpan = 3) => ({
    widgetType: 'usage_value',
    title,
    gridColumn,
    gridRow,
    colSpan,
    rowSpan: 1,
    config: {},
  })
  const make = (name: string, widgets: object[] = []) => api('POST', '/api/dashboards', { name, widgets })
  /** Where the widgets of a dashboard stand as the server knows it, row by row. */
  async function places(id: string): Promise<string[]> {
    const { widgets } = await api('GET', `/api/dashboards/${id}`)
    return widgets.map((one: any) => `${one.title} ${one.gridColumn},${one.gridRow} ${one.colSpan}×${one.rowSpan}`)
  }
  const widget = (page: Page, title: string) => page.locator(`[data-testid="widget"][aria-label="${title}"]`)
  const open = (id: string, look = {}) =>
    openPage(running().browser, running().server, `/dashboards/${id}${recorded}`, look)
  const text = async (file: Download) => readFileSync(await file.path(), 'utf8')
  async function menu(page: Page, of: string, item: string) {
    await page.getByRole('button', { name: `Menu of ${of}`, exact: true }).click()
    await page.getByRole('menuitem', { name: new RegExp(`^${item}`) }).click()
  }
  return { api, value, make, places, widget, open, text, menu }
}
