// imports.test.ts: who may import whom inside the page: screens stand on components, charts and lib, and these on ui.
import { expect, test } from 'bun:test'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

const root = import.meta.dir
const shared = ['components', 'charts', 'lib', 'ui']
/** Modules of the page as a whole, which all but `ui` may use. */
const common = ['api.ts', 'request.ts', 'live.ts', 'settings.ts', 'token.ts']
const transpiler = new Bun.Transpiler({ loader: 'tsx' })

function sources(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(join(root, path)).isDirectory()) return sources(path)
    return /\.tsx?$/.test(name) && !/\.(?:test|d)\.tsx?$/.test(name) ? [path] : []
  })
}

function imports(path: string): string[] {
  return transpiler
    .scanImports(readFileSync(join(root, path), 'utf8'))
    .filter(({ path: specifier }) => specifier.startsWith('.'))
    .map(({ path: specifier }) => relative(root, resolve(root, dirname(path), specifier)))
}

const folders = readdirSync(root).filter((name) => statSync(join(root, name)).isDirectory())
const screens = folders.filter((name) => !shared.includes(name) && name !== 'dev')

for (const folder of [...shared, ...screens]) {
  const allowed =
    folder === 'ui' ? ['ui'] : shared.includes(folder) ? [...shared, ...common] : [...shared, ...common, folder]
  test(`${folder} imports only ${folder === 'ui' ? 'ui' : shared.includes(folder) ? 'what is shared' : 'what is shared and its own'}`, () => {
    const wrong = sources(folder).flatMap((path) =>
      imports(path)
        .filter((target) => !allowed.some((part) => target === part || target.startsWith(`${part}/`)))
        .map((target) => `${path} → ${target}`),
    )
    expect(wrong).toEqual([])
  })
}

test('what is for development only is in no module of the page', () => {
  const wrong = sources('.').filter(
    (path) => !path.startsWith('dev') && imports(path).some((target) => target.startsWith('dev')),
  )
  expect(wrong).toEqual([])
})
