// session-page.test.ts: the replay of a recorded session prompt by prompt, its filters, its playhead, its other tabs, and the
// theme, in a real browser over the compiled binary.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { launch } from './chromium.ts'
import { openPage, settled } from './screen.ts'
import { type Running, start } from './telltale.ts'
import { until } from './until.ts'

const recordings = join(import.meta.dir, '../fixtures/claude-code/transcripts/.claude/projects')
const worked = '/sessions/9f86bdd1-e720-4efd-a4d4-a23229471452'
const withSubagent = '/sessions/8f7d06b9-bac3-4550-9a59-226e82643981'

const searching = '5ea4c41e-0000-4000-8000-000000000001'
const working = '3a4d0c2e-0000-4000-8000-000000000002'

/** Lines of a session as Claude Code writes them, 2 s apart. */
function transcriptOf(sessionId: string) {
  let at = Date.parse('2026-11-22T05:00:00Z')
  let number = 0
  const line = (entry: object) => {
    at += 2_000
    return JSON.stringify({
      ...entry,
      uuid: crypto.randomUUID(),
      timestamp: new Date(at).toISOString(),
      sessionId,
      cwd: '/home/dev/project',
      gitBranch: 'main',
      version: '2.1.197',
    })
  }
  const assistant = (block: object) =>
    line({
      type: 'assistant',
      requestId: `req_${sessionId}_${++number}`,
      message: {
        id: `msg_${sessionId}_${number}`,
        type: 'message',
        role: 'assistant',
        model: 'claude-sonnet-4-5-20250929',
        content: [block],
        usage: { input_tokens: 100, cache_read_input_tokens: 0, cache_creation_input_tokens: 0, output_tokens: 20 },
      },
    })
  const used = (name: string, input: object, output: string, toolUseResult?: object) => {
    const id = `toolu_${sessionId}_${number + 1}`
    return [
      assistant({ type: 'tool_use', id, name, input }),
      line({
        type: 'user',
        message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: output }] },
        toolUseResult,
      }),
    ]
  }
  const prompt = (content: string) => line({ type: 'user', message: { role: 'user', content } })
  return { line, assistant, used, prompt }
}

const file = (lines: string[]) => `${lines.join('\n')}\n`

/** What no recording holds: searches by pattern, an answer with code, and a commit. */
function searchingLines(): string {
  const { assistant, used, prompt } = transcriptOf(searching)
  return file([
    prompt('Where is the answer?'),
    ...used('Grep', { pattern: 'answ[e]r', path: 'src' }, 'src/a.ts:1:answer'),
    ...used('Glob', { pattern: '**/*.tsx' }, 'src/b.tsx'),
    ...used('Read', { file_path: '/home/dev/project/src/a.ts' }, '1 answer'),
    ...used('Bash', { command: 'git commit -m "Answer"' }, '[main 4f2a9c1] Answer\n 1 file changed, 1 insertion(+)'),
    assistant({ type: 'text', text: 'Here:\n\n```ts\nexport const answer: number = 42\n```\n' }),
  ])
}

/** Lines changed by a patch and by a new file, a commit, the pull request of it, and two turns with their durations. */
function workingLines(): string {
  const { line, used, prompt } = transcriptOf(working)
  const turn = (durationMs: number) => line({ type: 'system', subtype: 'turn_duration', durationMs })
  return file([
    prompt('Make it right'),
    ...used(
      'Edit',
      { file_path: '/home/dev/project/src/a.ts', old_string: 'b', new_string: 'B\nB2' },
      'The file has been updated.',
      { structuredPatch: [{ oldStart: 1, oldLines: 2, newStart: 1, newLines: 3, lines: [' a', '-b', '+B', '+B2'] }] },
    ),
    turn(40_000),
    prompt('And commit it'),
    ...used('Bash', { command: 'git commit -am "Right"' }, '[main 77aa0b2] Right\n 1 file changed, 2 insertions(+)'),
    line({ type: 'pr-link', prNumber: 41, prUrl: 'https://github.com/acme/shop/pull/41', prRepository: 'acme/shop' }),
    turn(25_000),
  ])
}

let browser: Browser
let server: Running
beforeAll(async () => {
  ;[browser, server] = await Promise.all([launch(), start()])
  const searched = join(server.home, 'searched/-home-dev-project')
  mkdirSync(searched, { recursive: true })
  writeFileSync(join(searched, `${searching}.jsonl`), searchingLines())
  writeFileSync(join(searched, `${working}.jsonl`), workingLines())
  for (const path of [recordings, join(server.home, 'searched')]) {
    const answer = await fetch(new URL('/api/import', server.apiUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ tool: 'claude-code', path }),
    })
    expect([answer.status, (await answer.text()).includes('"sessions"')]).toEqual([200, true])
  }
})
afterAll(() => Promise.all([browser.close(), server.dispose()]))

const tools = (page: Page, name: string) =>
  page.getByTestId('tool-call').filter({ has: page.getByText(name, { exact: true }) })

test('every prompt tells its tool calls: commands with output, edits as diffs, what was written, read and searched', async () => {
  const { page, wrong, close } = await openPage(browser, server, worked, { size: { width: 1440, height: 2400 } })
  try {
    await settled(page)
    const prompt = page.getByTestId('replay-prompt').first()
    expect(await prompt.textContent()).toContain('Add a greet()')
    expect(await prompt.textContent()).toContain('10 tool calls')
    expect(await prompt.textContent()).toMatch(/\$\d/)
    const opened = async (name: string, holds: RegExp) => {
      const call = tools(page, name).first()
      await call.getByRole('button').first().click()
      await until(async () => holds.test((await call.textContent()) ?? ''), true)
      return call
    }
    // The command, and what it printed.
    await opened('Bash', /ls -la && cat package\.json[\s\S]*"name"/)
    const edit = await opened('Edit', /src\/app\.js/)
    await edit.locator('[data-slot="diff"], [data-testid="diff"]').or(edit.getByText('+1')).first().waitFor()
    await opened('Write', /greet\.js[\s\S]*greet/)
    await opened('Read', /src\/app\.js/)
    // What it came to: the files that were changed, and by how many lines.
    const files = prompt.getByTestId('prompt-files')
    expect(await files.locator('div').filter({ hasText: 'Changed' }).locator('code').allTextContents()).toContain(
      'app.js',
    )
    expect(await prompt.textContent()).toMatch(/\+\d+ −\d+/)
    expect(await page.getByLabel('failed').count()).toBeGreaterThan(0)
    expect(await page.getByTestId('replay-answer').count()).toBeGreaterThan(0)
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('searches tell their pattern, code in an answer is highlighted, and a commit stands in the summary', async () => {
  const { page, wrong, close } = await openPage(browser, server, `/sessions/${searching}`)
  try {
    const call = (name: string) => tools(page, name).first()
    await call('Grep').waitFor()
    expect([await call('Grep').textContent(), await call('Glob').textContent()]).toEqual([
      expect.stringContaining('answ[e]r in src'),
      expect.stringContaining('**/*.tsx'),
    ])
    await call('Grep').getByRole('button').first().click()
    await until(async () => (await call('Grep').textContent())!.includes('src/a.ts:1:answer'), true)
    expect(await page.getByTestId('prompt-files').allTextContents()).toEqual(['Reada.ts'])
    const color = (text: RegExp) =>
      page
        .getByTestId('replay-answer')
        .locator('code span')
        .filter({ hasText: text })
        .evaluate((one) => getComputedStyle(one).color)
    expect(await color(/^export$/)).not.toBe(await color(/^42$/))
    await page.getByRole('tab', { name: 'Summary' }).click()
    const commit = page.locator('li').filter({ has: page.getByLabel('Commit') })
    expect(await commit.textContent()).toContain('Answer')
    expect(await commit.textContent()).toContain('4f2a9c1')
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('lines of code, commits, pull requests and the time that was worked stand in the summary', async () => {
  const { page, wrong, close } = await openPage(browser, server, `/sessions/${working}?tab=summary`)
  try {
    const summary = page.getByTestId('session-summary')
    await summary.waitFor()
    // The time of the turns, not that from the first line to the last.
    const fact = (name: string) =>
      summary
        .locator('dt')
        .filter({ hasText: new RegExp(`^${name}$`) })
        .locator('+ dd')
    expect([await fact('Active').textContent(), await fact('Duration').textContent()]).toEqual(['1m 05s', '16 s'])
    const files = page.getByTestId('session-files')
    expect(await files.textContent()).toContain('1 changed, 0 read, +2 −1 lines')
    expect(await files.getByTestId('file').locator('td').allTextContents()).toEqual(['src/a.ts', '1', '+2', '−1'])
    const made = summary.locator('li')
    expect(await made.filter({ has: page.getByLabel('Commit') }).allTextContents()).toEqual([
      expect.stringMatching(/^77aa0b2Right/),
    ])
    expect(await made.filter({ has: page.getByLabel('Pull request') }).allTextContents()).toEqual([
      expect.stringContaining('acme/shop#41'),
    ])
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('without traces its transcript is drawn over time, and the summary lists the files with their lines', async () => {
  const { page, wrong, close } = await openPage(browser, server, `${worked}?tab=waterfall`)
  try {
    await page.getByTestId('timeline-note').waitFor()
    const names = await page.getByTestId('span-row').allTextContents()
    expect(names[0]).toContain('Add a greet()')
    for (const name of ['Bash', 'Edit', 'Write', 'Read']) expect(names.join('\n')).toContain(name)
    // A call that failed is one here as well, and opens its facts.
    await page.getByTestId('next-error').click()
    const detail = page.getByTestId('span-detail')
    await detail.getByText('From the start').waitFor()
    expect(await detail.textContent()).not.toContain('of this trace')
    await page.getByRole('tab', { name: 'Summary' }).click()
    const files = page.getByTestId('session-files')
    const { files: known } = await server.get(`/api${worked}`)
    expect(known.some((one: any) => one.changes > 0 && one.linesAdded > 0)).toBe(true)
    expect(await files.getByTestId('file').count()).toBe(known.length)
    expect(await files.getByTestId('file').first().textContent()).toContain(`+${known[0].linesAdded}`)
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('a subagent stands in its place, folds, and has a cost of its own', async () => {
  const { page, wrong, close } = await openPage(browser, server, withSubagent, { size: { width: 1440, height: 2400 } })
  try {
    await settled(page)
    const agent = page.getByTestId('replay-agent').first()
    expect(await agent.textContent()).toMatch(/\$\d/)
    // What it was told to do stands in the call that began it.
    const call = tools(page, 'Agent').first()
    await call.getByRole('button').first().click()
    await until(async () => /prompt/.test((await call.textContent()) ?? ''), true)
    const before = await page.locator('[data-message]').count()
    await agent.getByRole('button').first().click()
    await until(async () => (await page.locator('[data-message]').count()) < before, true)
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('is narrowed by who spoke and by what was said, played to its end, and its tabs are of one session', async () => {
  const { page, wrong, close } = await openPage(browser, server, worked, { size: { width: 1440, height: 2400 } })
  try {
    await settled(page)
    for (const kind of ['prompt', 'answer', 'tool'] as const) {
      expect(await page.getByTestId(`replay-${kind}`).count()).toBeGreaterThan(0)
      await page.getByTestId(`kind-${kind}`).click()
      await until(() => page.getByTestId(`replay-${kind}`).count(), 0)
      await page.getByTestId(`kind-${kind}`).click()
    }
    await page.getByTestId('replay-search').fill('missing.js')
    await until(() => page.getByTestId('replay-prompt').count(), 0)
    expect(await page.getByTestId('replay-tool').count()).toBeGreaterThan(0)
    await page.getByTestId('replay-search').fill('')
    // It plays what does not fit, to its end.
    await page.setViewportSize({ width: 1440, height: 500 })
    await page.getByTestId('play').click()
    await until(() => page.getByTestId('play').getAttribute('aria-pressed'), 'true')
    await until(() => page.getByTestId('play').getAttribute('aria-pressed'), 'false')
    await page.getByRole('tab', { name: /Summary/ }).click()
    const main = page.locator('main')
    // Where it worked: folder and branch, and what it committed.
    await main.getByText('/home/dev/project').first().waitFor()
    expect(await main.textContent()).toContain('Bash')
    await page.getByRole('tab', { name: /Audit/ }).click()
    await main.getByRole('heading', { name: 'What each door saw' }).waitFor()
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('light, dark and as the system says are chosen and kept', async () => {
  const { page, wrong, close } = await openPage(browser, server, '/settings?tab=appearance', { scheme: 'dark' })
  const isDark = () => page.evaluate(() => document.documentElement.classList.contains('dark'))
  try {
    const choose = (name: string) => page.getByTestId('appearance').getByRole('button', { name }).click()
    await until(isDark, true)
    await choose('Light')
    await until(isDark, false)
    await page.reload()
    await page.getByTestId('appearance').waitFor()
    expect(await isDark()).toBe(false)
    await choose('Dark')
    await until(isDark, true)
    await page.emulateMedia({ colorScheme: 'light' })
    expect(await isDark()).toBe(true)
    await choose('As the system')
    await until(isDark, false)
    await page.emulateMedia({ colorScheme: 'dark' })
    await until(isDark, true)
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})
