// page-files.ts: the page's files with our own headers. Bun's `routes` serve an HTML import without a way to add any.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Ahead, aheadOf } from './page-ahead.ts'
import { acceptedEncoding, compress, type Encoding, isCompressible } from './page-encodings.ts'

/** What `import page from './index.html'` gives: in the compiled binary a list of embedded files. */
type Manifest = {
  index: string
  files: { path: string; isEntry: boolean; headers: { etag: string; 'content-type': string } }[]
}

/** Serves the page's files. */
export type PageFiles = {
  /** The answer for a path; nothing when the page has no such file. */
  get(request: Request): Promise<Response | undefined>
  /** The page itself, for its own addresses (`/traces/…`). */
  index(request: Request): Promise<Response>
  stop(): void
}

/** @param page an HTML import (`Bun.HTMLBundle` when run from source). */
export function pageFiles(page: unknown): PageFiles {
  return isManifest(page) ? embedded(page) : bundled(page as Bun.HTMLBundle)
}

function isManifest(page: unknown): page is Manifest {
  return typeof page === 'object' && page !== null && 'files' in page && Array.isArray(page.files)
}

/** Names of built files hold a hash of their content, so only the page itself has to be asked for again. */
const forEver = 'public, max-age=31536000, immutable'

function embedded({ index, files }: Manifest): PageFiles {
  const folder = dirname(index)
  const pathOf = (file: string) => file.slice(folder.length).replaceAll('\\', '/')
  // The page itself comes with what its address needs.
  const byPath = new Map(
    files
      .filter(({ path }) => path !== index)
      .map(({ path, headers }) => [pathOf(path), pageFile(headers, forEver, () => Bun.file(path).bytes())]),
  )
  const indexHeaders = files.find(({ path }) => path === index)?.headers
  const pages = new Map<string, ReturnType<typeof pageFile>>()
  let ahead: Promise<{ html: string; ahead: Ahead }> | undefined

  async function read(): Promise<{ html: string; ahead: Ahead }> {
    const html = await Bun.file(index).text()
    const scripts = new Map<string, string>()
    for (const { path } of files) if (path.endsWith('.js')) scripts.set(pathOf(path), await Bun.file(path).text())
    const program = /<script[^>]* src="([^"]+)"/.exec(html)?.[1] ?? ''
    return { html, ahead: aheadOf(program, scripts, [...byPath.keys()]) }
  }

  async function pageAt(request: Request): Promise<Response> {
    ahead ??= read()
    const { html, ahead: known } = await ahead
    const screen = known.screenAt(new URL(request.url).pathname)
    let page = pages.get(screen)
    if (!page) {
      const text = html.replace('</title>', () => `</title>${known.linksFor(screen)}`)
      const etag = `${indexHeaders?.etag}${screen && `-${screen}`}`
      page = pageFile({ 'content-type': 'text/html;charset=utf-8', ...indexHeaders, etag }, 'no-cache', async () =>
        new TextEncoder().encode(text),
      )
      pages.set(screen, page)
    }
    return page(request)
  }

  return {
    get: async (request) => {
      const path = new URL(request.url).pathname
      return path === pathOf(index) ? pageAt(request) : byPath.get(path)?.(request)
    },
    index: pageAt,
    stop() {},
  }
}

/** One file, as whoever asks takes it. Each form of it has a tag of its own, and is made when it is first wanted. */
function pageFile(
  headers: Manifest['files'][number]['headers'],
  cacheControl: string,
  read: () => Promise<Uint8Array<ArrayBuffer>>,
) {
  const type = headers['content-type']
  const common = { 'content-type': type, 'cache-control': cacheControl }
  const isText = isCompressible(type)
  const forms = new Map<Encoding | undefined, Promise<Uint8Array<ArrayBuffer>>>()
  const content = (encoding: Encoding | undefined): Promise<Uint8Array<ArrayBuffer>> => {
    let form = forms.get(encoding)
    if (!form) {
      form = encoding ? content(undefined).then((whole) => compress(whole, encoding)) : read()
      forms.set(encoding, form)
    }
    return form
  }
  return async (request: Request): Promise<Response> => {
    const encoding = isText ? acceptedEncoding(request.headers.get('accept-encoding')) : undefined
    const etag = `"${headers.etag}${encoding ? `-${encoding}` : ''}"`
    const told = {
      ...common,
      etag,
      ...(isText ? { vary: 'Accept-Encoding' } : {}),
    }
    if (isKnown(request.headers.get('if-none-match'), etag)) return new Response(null, { status: 304, headers: told })
    return new Response(await content(encoding), {
      headers: encoding ? { ...told, 'content-encoding': encoding } : told,
    })
  }
}

/** Whether `If-None-Match` names a tag, weak or not, or any. */
function isKnown(header: string | null, etag: string): boolean {
  return header?.split(',').some((one) => ['*', etag, `W/${etag}`].includes(one.trim())) ?? false
}

/** From source Bun bundles the page when it is first asked for: a second server on a private socket does that. */
function bundled(page: Bun.HTMLBundle): PageFiles {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-page-'))
  const socket = join(folder, 'page.sock')
  const server = Bun.serve({
    unix: socket,
    development: false,
    routes: { '/': page },
    fetch: () => new Response(null, { status: 404 }),
  })
  async function ask(request: Request, path: string): Promise<Response | undefined> {
    const headers: Record<string, string> = {}
    const known = request.headers.get('if-none-match')
    if (known) headers['if-none-match'] = known
    const answer = await fetch(`http://localhost${path}`, { unix: socket, headers })
    return answer.status === 404 ? undefined : answer
  }
  return {
    get: (request) => ask(request, new URL(request.url).pathname),
    async index(request) {
      const answer = await ask(request, '/')
      if (!answer) throw new Error('the page could not be built')
      return answer
    },
    stop() {
      server.stop(true)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
