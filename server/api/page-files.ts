// page-files.ts: the page's files with our own headers. Bun's `routes` serve an HTML import without a way to add any.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

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
  const byPath = new Map(
    files.map((file) => {
      const isIndex = file.path === index
      const headers = {
        'content-type': file.headers['content-type'],
        etag: `"${file.headers.etag}"`,
        'cache-control': isIndex ? 'no-cache' : forEver,
      }
      return [file.path.slice(folder.length).replaceAll('\\', '/'), { path: file.path, headers }]
    }),
  )
  async function answer(request: Request, path: string): Promise<Response | undefined> {
    const file = byPath.get(path)
    if (!file) return undefined
    if (request.headers.get('if-none-match') === file.headers.etag)
      return new Response(null, { status: 304, headers: file.headers })
    return new Response(Bun.file(file.path), { headers: file.headers })
  }
  const indexPath = index.slice(folder.length).replaceAll('\\', '/')
  return {
    get: (request) => answer(request, new URL(request.url).pathname),
    index: async (request) => (await answer(request, indexPath))!,
    stop() {},
  }
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
