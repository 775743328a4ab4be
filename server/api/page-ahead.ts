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
 * @param scripts every script of the page by its address
 * @param paths the addresses of all files
 */
export function aheadOf(program: string, scripts: ReadonlyMap<string, string>, paths: readonly string[]): Ahead {
  const named = new Map<string, string>()
  for (const [, chunk, component] of (scripts.get(program) ?? '').matchAll(
    /import\("(\/[\w-]+\.js)"\)\.then\(\(\{(\w+)/g,
  ))
    named.set(component as string, chunk as string)
  const common = paths
    .filter((path) => fonts.test(path))
    .map((path) => `<link rel="preload" as="font" type="font/woff2" crossorigin href="${path}">`)
  const links = new Map<string, string>()

  return {
    screenAt(path) {
      const component = screens.find(([address]) => address.test(path))?.[1]
      return component && named.has(component) ? component : ''
    },
    linksFor(screen) {
      let text = links.get(screen)
      if (text === undefined) {
        const files = new Set<string>()
        need(program, scripts, files)
        const chunk = named.get(screen)
        if (chunk) need(chunk, scripts, files)
        files.delete(program)
        const modules = [...files].map((path) => `<link rel="modulepreload" crossorigin href="${path}">`)
        text = [...modules, ...common].join('')
        links.set(screen, text)
      }
      return text
    },
  }
}

/** Adds a script and all that it imports before it can run. */
function need(path: string, scripts: ReadonlyMap<string, string>, into: Set<string>): void {
  const text = scripts.get(path)
  if (text === undefined || into.has(path)) return
  into.add(path)
  for (const [, imported] of text.matchAll(/(?:\bfrom|\bimport)\s*"(\/[\w-]+\.js)"/g))
    need(imported as string, scripts, into)
}
