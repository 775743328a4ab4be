// page-ahead.ts: which files of the built page an address will need, told in its HTML. Without it the browser finds a screen's
// files one after the other: the program, which asks for the screen, which names its 20 parts, six of which are fetched at once.

/** The component that shows an address; as in frontend/app.tsx. The first that fits is taken; `/` is part of the program itself. */
const screens: readonly (readonly [address: RegExp, component: string])[] = [
  [/^\/sessions\/./, 'SessionPage'],
  [/^\/sessions\/?$/, 'Sessions'],
  [/^\/traces\/./, 'TracePage'],
  [/^\/traces\/?$/, 'Traces'],
  [/^\/logs\/?$/, 'Logs'],
  [/^\/metrics\/?$/, 'Metrics'],
  [/^\/dashboards\/./, 'DashboardPage'],
  [/^\/dashboards\/?$/, 'Dashboards'],
  [/^\/costs\/?$/, 'Costs'],
  [/^\/tools\/?$/, 'Tools'],
  [/^\/errors\/?$/, 'Errors'],
  [/^\/sql\/?$/, 'Sql'],
  [/^\/settings\/?$/, 'SettingsScreen'],
]

/** The first screen's texts are drawn in these; the style sheet names them only when it is there. */
const fonts = /^\/(inter|jetbrains-mono)-latin-wght-normal-\w+\.woff2$/

/** Knows what each screen needs. */
export type Ahead = {
  /** The name of the screen at an address, '' where it is none of its own. */
  screenAt(path: string): string
  /** `<link>` elements for the head of the page at that screen. */
  linksFor(screen: string): string
}

/**
 * @param program the address of the script that the HTML names
 * @param scripts every script of the page by its address; not kept
 * @param paths the addresses of all files
 */
export function aheadOf(program: string, scripts: ReadonlyMap<string, string>, paths: readonly string[]): Ahead {
  const named = new Map<string, string>()
  for (const [, chunk, component] of (scripts.get(program) ?? '').matchAll(
    /import\("(\/[\w-]+\.js)"\)\.then\(\(\{(\w+)/g,
  ))
    named.set(component as string, chunk as string)
  const imports = new Map([...scripts].map(([path, text]) => [path, importsOf(text)]))
  const common = paths
    .filter((path) => fonts.test(path))
    .map((path) => `<link rel="preload" as="font" type="font/woff2" crossorigin href="${path}">`)

  return {
    screenAt(path) {
      const component = screens.find(([address]) => address.test(path))?.[1]
      return component && named.has(component) ? component : ''
    },
    linksFor(screen) {
      const files = new Set<string>()
      need(program, imports, files)
      const chunk = named.get(screen)
      if (chunk) need(chunk, imports, files)
      files.delete(program)
      const modules = [...files].map((path) => `<link rel="modulepreload" crossorigin href="${path}">`)
      return [...modules, ...common].join('')
    },
  }
}

/** What a script imports before it can run. */
function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*"(\/[\w-]+\.js)"/g)].map(([, path]) => path as string)
}

/** Adds a script and all that it needs before it can run. */
function need(path: string, imports: ReadonlyMap<string, string[]>, into: Set<string>): void {
  const own = imports.get(path)
  if (own === undefined || into.has(path)) return
  into.add(path)
  for (const imported of own) need(imported, imports, into)
}
