// page-files.test.ts: the page's files on the wire: compressed as the browser takes them, tagged, and asked for once.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { launch } from './chromium.ts'
import { type Running, start } from './telltale.ts'

let server: Running
beforeAll(async () => {
  server = await start()
})
afterAll(() => server.dispose())

/** As the bytes come, never unpacked by the client. */
async function raw(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const response = await fetch(new URL(path, server.apiUrl), { method, headers, decompress: false } as RequestInit)
  return { response, bytes: Buffer.from(await response.arrayBuffer()) }
}

const unpack = {
  br: (bytes: Buffer) => brotliDecompressSync(bytes),
  zstd: (bytes: Buffer) => Buffer.from(Bun.zstdDecompressSync(bytes)),
  gzip: (bytes: Buffer) => gunzipSync(bytes),
}

/** The page at an address, and the files that it names. */
async function pageAt(address: string) {
  const { bytes, response } = await raw(address, { 'accept-encoding': 'identity', accept: 'text/html' })
  const files = [...bytes.toString().matchAll(/(?:href|src)="(\/[^"]+)"/g)].map(([, path]) => path!)
  return { files, etag: response.headers.get('etag') }
}

/** The page's texts: fonts are compressed already. */
const named = async () => (await pageAt('/')).files.filter((path) => !path.endsWith('.woff2'))

describe('the page', () => {
  test('comes in every encoding as the same bytes, each with its tag and what it varies by', async () => {
    const paths = ['/', ...(await named())]
    expect(paths.some((path) => path.endsWith('.js'))).toBe(true)
    for (const path of paths) {
      const plain = await raw(path, { 'accept-encoding': 'identity' })
      const seen = [plain.response.headers.get('etag')]
      expect(plain.response.headers.get('content-encoding')).toBeNull()
      for (const [encoding, undo] of Object.entries(unpack)) {
        const { response, bytes } = await raw(path, { 'accept-encoding': encoding })
        expect([path, encoding, response.status, response.headers.get('content-encoding')]).toEqual([
          path,
          encoding,
          200,
          encoding,
        ])
        expect(response.headers.get('vary')).toContain('Accept-Encoding')
        expect(undo(bytes).equals(plain.bytes)).toBe(true)
        seen.push(response.headers.get('etag'))
      }
      expect(new Set(seen).size).toBe(4)
    }
  })

  test('takes what the browser likes best, and nothing that it refuses', async () => {
    const of = async (header: string) =>
      (await raw('/', { 'accept-encoding': header })).response.headers.get('content-encoding')
    expect(await of('gzip, deflate, br, zstd')).toBe('br')
    expect(await of('gzip, deflate')).toBe('gzip')
    expect(await of('br;q=0, gzip;q=0.5')).toBe('gzip')
    expect(await of('br;q=0.5, gzip')).toBe('gzip')
    expect(await of('*')).toBe('br')
    expect(await of('*;q=0')).toBeNull()
    expect(await of('identity, gzip;q=0.5')).toBeNull()
    expect(await of('deflate')).toBeNull()
    expect(await of('nonsense;;q=x,,')).toBeNull()
  })

  test('is not sent again to who has it in that encoding', async () => {
    for (const path of ['/', ...(await named())]) {
      const headers = { 'accept-encoding': 'gzip' }
      const etag = (await raw(path, headers)).response.headers.get('etag')!
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const again = await raw(path, { ...headers, 'if-none-match': known })
        expect([path, known, again.response.status, again.bytes.length]).toEqual([path, known, 304, 0])
        expect(again.response.headers.get('etag')).toBe(etag)
        expect(again.response.headers.get('vary')).toContain('Accept-Encoding')
      }
      expect((await raw(path, { 'accept-encoding': 'br', 'if-none-match': etag })).response.status).toBe(200)
    }
  })

  test('a first visit loads at most 300 KB of compressed script, and a second one none', async () => {
    const browser = await launch()
    try {
      const page = await browser.newPage()
      const scripts = async () => {
        await page.goto(server.apiUrl)
        await page.getByTestId('first-run').waitFor()
        const entries = await page.evaluate(() =>
          performance
            .getEntriesByType('resource')
            .map((entry) => entry as PerformanceResourceTiming)
            .filter(({ name }) => name.endsWith('.js'))
            .map(({ transferSize, encodedBodySize }) => ({ transferSize, encodedBodySize })),
        )
        expect(entries.length).toBeGreaterThan(0)
        return {
          encoded: entries.reduce((sum, entry) => sum + entry.encodedBodySize, 0),
          sent: entries.reduce((sum, entry) => sum + entry.transferSize, 0),
        }
      }
      const first = await scripts()
      expect(first.sent).toBeGreaterThan(10_000)
      expect(first.encoded).toBeLessThanOrEqual(300_000)
      expect((await scripts()).sent).toBe(0)
    } finally {
      await browser.close()
    }
  })

  test('names ahead what the screen at an address is made of, so that nothing is looked for one after the other', async () => {
    const addresses =
      '/sessions /sessions/x /traces /traces/x /logs /metrics /dashboards /dashboards/x /costs /tools /errors /sql /settings'
    const program = await pageAt('/')
    for (const address of addresses.split(' ')) {
      const { files, etag } = await pageAt(address)
      expect([address, files.length > program.files.length + 1, etag === program.etag]).toEqual([address, true, false])
      for (const path of files) expect((await raw(path)).response.status).toBe(200)
    }
    const browser = await launch()
    try {
      for (const address of ['/', '/sessions', '/logs', '/settings']) {
        const { files } = await pageAt(address)
        const page = await browser.newPage()
        const unnamed: string[] = []
        page.on('request', (request) => {
          const { pathname } = new URL(request.url())
          if (/\.(js|css|woff2|svg)$/.test(pathname) && !files.includes(pathname)) unnamed.push(pathname)
        })
        await page.goto(new URL(address, server.apiUrl).href)
        await page.locator('main').waitFor()
        await page.waitForFunction(() => document.fonts.status === 'loaded')
        await page.close()
        expect([address, unnamed]).toEqual([address, []])
      }
    } finally {
      await browser.close()
    }
  })

  test('of a screen that are missing are looked for in a fresh page once; then it says so, and can be tried again', async () => {
    const others = new Set((await pageAt('/sessions')).files)
    const own = (await pageAt('/costs')).files.filter((path) => !others.has(path))
    expect(own.length).toBeGreaterThan(0)
    const browser = await launch()
    try {
      const page = await browser.newPage()
      let missed = 0
      await page.route(
        ({ pathname }) => own.includes(pathname),
        (route) => {
          missed++
          return route.fulfill({ status: 404, body: '' })
        },
      )
      await page.goto(new URL('/sessions', server.apiUrl).href)
      await page.getByTestId('screen-sessions').waitFor()
      await page.evaluate(() => Object.assign(window, { before: true }))
      await page.getByTestId('nav-costs').click()
      const failure = page.getByTestId('error-state').filter({ hasText: 'This screen could not be shown' })
      await failure.waitFor()
      expect(await page.evaluate(() => 'before' in window)).toBe(false)
      expect(missed).toBeGreaterThan(1)
      await page.unrouteAll()
      await failure.getByRole('button', { name: 'Try again' }).click()
      await page.getByTestId('screen-costs').waitFor()
      // The others never minded.
      await page.getByTestId('nav-sessions').click()
      await page.getByTestId('screen-sessions').waitFor()
    } finally {
      await browser.close()
    }
  })

  test('answers HEAD as it answers GET, but for the body, and so does every route that takes GET', async () => {
    const { paths } = await server.get('/openapi.json')
    const routes = Object.entries<Record<string, unknown>>(paths)
      .filter(([path, methods]) => 'get' in methods && !path.includes('{'))
      .map(([path]) => path)
    expect(routes.length).toBeGreaterThan(15)
    for (const path of ['/', ...(await named()), ...routes, '/api/traces/0', '/api/sessions?limit=x', '/nothing']) {
      const [get, head] = [await raw(path), await raw(path, {}, 'HEAD')]
      const facts = ({ response }: typeof get) => [
        response.status,
        ...['content-type', 'etag', 'cache-control', 'vary'].map((name) => response.headers.get(name)),
      ]
      expect([path, ...facts(head)]).toEqual([path, ...facts(get)])
      expect([path, head.bytes.length]).toEqual([path, 0])
      if (!/status|metrics|found/.test(path) && get.response.headers.has('content-length'))
        expect([path, head.response.headers.get('content-length')]).toEqual([path, String(get.bytes.length)])
    }
  })
})
