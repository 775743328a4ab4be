// architecture.test.ts: the import table of ARCHITECTURE.md, enforced.
import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

const root = resolve(import.meta.dir, '..')
const transpilers = { ts: new Bun.Transpiler({ loader: 'ts' }), tsx: new Bun.Transpiler({ loader: 'tsx' }) }
const scan = (path: string) =>
  transpilers[path.endsWith('x') ? 'tsx' : 'ts'].scanImports(readFileSync(join(root, path), 'utf8'))

/** Which folder may import from which; type-only imports are erased before we look. */
const mayImport: Record<string, string[]> = {
  proto: ['proto'],
  importers: ['importers', 'proto'],
  watcher: ['watcher', 'proto'],
  server: ['server', 'importers', 'watcher', 'proto', 'frontend/index.html', 'package.json'],
  frontend: ['frontend'],
}

/** Inside server: a folder may import those that stand after it. */
const serverOrder: Record<string, string[]> = {
  store: ['store'],
  ingest: ['ingest', 'store'],
  api: ['api', 'ingest', 'store', 'receivers'],
  receivers: ['receivers', 'ingest', 'store'],
  transcripts: ['transcripts', 'ingest', 'store'],
  mcp: ['mcp'],
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(join(root, path)).isDirectory())
      return name === 'fixtures' || name === 'node_modules' ? [] : sources(path)
    return /\.tsx?$/.test(name) && !/\.(test|d)\.tsx?$/.test(name) ? [path] : []
  })
}

/** The project's own files that a source imports, as paths from the root. */
function imports(path: string): string[] {
  return scan(path).flatMap(({ path: specifier }) => {
    if (specifier.startsWith('#')) return [specifier.slice(1)]
    if (specifier.startsWith('.')) return [relative(root, resolve(root, dirname(path), specifier))]
    return []
  })
}

describe('imports', () => {
  for (const [folder, allowed] of Object.entries(mayImport)) {
    test(`${folder} imports only ${allowed.join(', ')}`, () => {
      const wrong = sources(folder).flatMap((path) =>
        imports(path)
          .filter((target) => !allowed.some((part) => target === part || target.startsWith(`${part}/`)))
          .map((target) => `${path} → ${target}`),
      )
      expect(wrong).toEqual([])
    })
  }

  test('one agent never imports another', () => {
    const agentOf = (path: string) => /^importers\/([^/]+)\//.exec(path)?.[1]
    const wrong = sources('importers').flatMap((path) =>
      imports(path)
        .filter((target) => agentOf(path) && agentOf(target) && agentOf(path) !== agentOf(target))
        .map((target) => `${path} → ${target}`),
    )
    expect(wrong).toEqual([])
  })

  test('inside server, the way goes from the doors through ingest to the store', () => {
    const partOf = (path: string) => /^server\/([^/]+)\//.exec(path)?.[1]
    const wrong = sources('server').flatMap((path) => {
      const allowed = serverOrder[partOf(path) ?? '']
      if (!allowed) return []
      return imports(path)
        .filter((target) => target.startsWith('server/') && partOf(target) && !allowed.includes(partOf(target)!))
        .map((target) => `${path} → ${target}`)
    })
    expect(wrong).toEqual([])
  })

  test('only the store opens a database', () => {
    const wrong = sources('server').filter(
      (path) => !path.startsWith('server/store/') && packagesOf(path).includes('@duckdb/node-api'),
    )
    expect(wrong).toEqual([])
  })
})

describe('sql', () => {
  function sqlFiles(folder: string): string[] {
    return readdirSync(join(root, folder)).flatMap((name) => {
      const path = join(folder, name)
      if (statSync(join(root, path)).isDirectory()) return sqlFiles(path)
      return name.endsWith('.sql') ? [path] : []
    })
  }

  test('every .sql file is used by exactly one module', () => {
    const users = new Map<string, string[]>(sqlFiles('server').map((path) => [path, []]))
    for (const path of sources('server')) {
      for (const target of new Set(imports(path))) users.get(target)?.push(path)
    }
    expect(
      [...users].filter(([, by]) => by.length !== 1).map(([path, by]) => `${path}: ${by.join(', ') || 'nobody'}`),
    ).toEqual([])
  })
})

/** The packages that a source imports. */
function packagesOf(path: string): string[] {
  return scan(path)
    .map(({ path: specifier }) => specifier)
    .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('#'))
}
