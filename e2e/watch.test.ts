// watch.test.ts: transcripts that grow in random pieces, rotate and shrink while the server that watches them is killed.
// SEED repeats a run's pieces.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { launch } from './chromium.ts'
import { inFiles, layTranscripts } from './doors.ts'
import { newHome, type Running, start } from './telltale.ts'
import { actualUsage, randomFrom, summed, type Tokens } from './truth.ts'

const seed = Number(process.env.SEED ?? 20261122)
const watching = ['--watch', 'claude-code']
const projects = (home: string) => join(home, '.claude/projects/-home-dev-project')

/** A Claude Code session that is written line by line, and what its requests used. */
class Session {
  readonly id = crypto.randomUUID()
  readonly model = 'claude-sonnet-4-5-20250929'
  readonly truth: Tokens = {
    requests: 0,
    inputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
    totalTokens: 0,
  }

  constructor(readonly random: () => number) {}

  /** The lines of one more request: a prompt, and an answer in two blocks that both repeat its usage, as the agent writes. */
  turn(answer = `answer ${this.truth.requests}`, prompt = 'and now?'): string[] {
    const count = () => 1 + Math.floor(this.random() * 5000)
    const usage = {
      input_tokens: count(),
      cache_read_input_tokens: count(),
      cache_creation_input_tokens: count(),
      output_tokens: count(),
    }
    this.truth.requests++
    this.truth.inputTokens += usage.input_tokens
    this.truth.cacheReadTokens += usage.cache_read_input_tokens
    this.truth.cacheWriteTokens += usage.cache_creation_input_tokens
    this.truth.outputTokens += usage.output_tokens
    this.truth.totalTokens += Object.values(usage).reduce((sum, one) => sum + one, 0)
    const number = this.truth.requests
    const message = (block: object) => ({
      type: 'assistant',
      requestId: `req_${this.id}_${number}`,
      message: {
        id: `msg_${this.id}_${number}`,
        type: 'message',
        role: 'assistant',
        model: this.model,
        content: [block],
        usage,
      },
    })
    return [
      this.#line({ type: 'user', message: { role: 'user', content: `${prompt} ${'é'.repeat(count() / 50)}` } }),
      this.#line(message({ type: 'thinking', thinking: 'hm', signature: '' })),
      this.#line(message({ type: 'text', text: answer })),
    ]
  }

  #parent: string | null = null
  #line(own: object): string {
    const uuid = crypto.randomUUID()
    const line = {
      parentUuid: this.#parent,
      isSidechain: false,
      userType: 'external',
      cwd: '/home/dev/project',
      sessionId: this.id,
      version: '2.1.197',
      gitBranch: 'main',
      ...own,
      uuid,
      timestamp: new Date().toISOString(),
    }
    this.#parent = uuid
    return `${JSON.stringify(line)}\n`
  }

  get usage() {
    return { [`${this.id} ${this.model}`]: this.truth }
  }
}

/** Waits until the ledger says the truth; what it says at last. It must never say more. */
async function reached(server: Running, session: Session, waitMs = 20_000) {
  const deadline = Date.now() + waitMs
  for (;;) {
    const usage = await actualUsage(server)
    expect(usage[`${session.id} ${session.model}`]?.totalTokens ?? 0).toBeLessThanOrEqual(session.truth.totalTokens)
    if (Bun.deepEquals(usage, session.usage) || Date.now() > deadline) return usage
    await Bun.sleep(50)
  }
}

test(`totals are exact while a script appends, rotates and truncates and the server is killed (seed ${seed})`, async () => {
  const random = randomFrom(seed)
  const home = newHome()
  const session = new Session(random)
  let server = await start({ home, flags: watching })
  try {
    mkdirSync(projects(home), { recursive: true })
    const file = join(projects(home), `${session.id}.jsonl`)
    /** In pieces that end anywhere, in the middle of a character, too. */
    const append = async (lines: string[]) => {
      let rest = Buffer.from(lines.join(''))
      while (rest.length > 0) {
        const piece = 1 + Math.floor(random() ** 3 * rest.length)
        appendFileSync(file, rest.subarray(0, piece))
        rest = rest.subarray(piece)
        if (random() < 0.3) await Bun.sleep(random() * 60)
      }
    }
    const events = ['kill', 'rotate', 'kill', 'truncate', 'rewrite', 'rotate', 'kill', 'truncate', 'delete'] as const
    for (const [step, event] of events.entries()) {
      for (let turns = 1 + Math.floor(random() * 6); turns > 0; turns--) await append(session.turn())
      if (event === 'kill') {
        // In the middle of a line, and of whatever it is doing.
        const [first, ...others] = session.turn() as [string, ...string[]]
        appendFileSync(file, first.slice(0, first.length / 2))
        const killed = server.stop('SIGKILL')
        appendFileSync(file, first.slice(first.length / 2))
        await append(others)
        await killed
        server = await start({ home, flags: watching })
      } else if (event === 'rotate') {
        renameSync(file, join(projects(home), `${session.id}-${step}.jsonl`))
      } else {
        // What nobody read before it is gone nobody can know.
        expect(await reached(server, session)).toEqual(session.usage)
        if (event === 'truncate') truncateSync(file, 0)
        else if (event === 'delete') rmSync(file)
        else writeFileSync(file, session.turn().join(''))
      }
    }
    await append(session.turn())
    expect(await reached(server, session)).toEqual(session.usage)
    // Nothing comes twice later, and not from a start that finds all these files.
    expect(await server.stop()).toBe(0)
    server = await start({ home, flags: watching })
    await append(session.turn())
    expect(await reached(server, session)).toEqual(session.usage)
    await Bun.sleep(500)
    expect(await actualUsage(server)).toEqual(session.usage)
  } finally {
    await server.dispose()
  }
}, 120_000)

describe('a first start', () => {
  test('notes where files end, and takes only what comes after', async () => {
    const home = newHome()
    layTranscripts(home)
    const session = new Session(randomFrom(seed))
    const file = join(projects(home), `${session.id}.jsonl`)
    const before = new Session(randomFrom(seed + 1))
    writeFileSync(join(projects(home), `${before.id}.jsonl`), before.turn().join(''))
    const server = await start({ home, flags: watching })
    try {
      appendFileSync(file, session.turn().join(''))
      expect(await reached(server, session)).toEqual(session.usage)
      // Only the new request of a session that was there before.
      const old = { ...before.truth }
      appendFileSync(join(projects(home), `${before.id}.jsonl`), before.turn().join(''))
      const deadline = Date.now() + 20_000
      const key = `${before.id} ${before.model}`
      let usage = await actualUsage(server)
      while (!usage[key] && Date.now() < deadline) {
        await Bun.sleep(50)
        usage = await actualUsage(server)
      }
      const added = Object.fromEntries(
        Object.entries(before.truth).map(([field, value]) => [field, value - old[field as keyof Tokens]]),
      )
      expect(usage).toEqual({ ...session.usage, [key]: added as Tokens })
    } finally {
      await server.dispose()
    }
  })

  test('with --backfill loads the history first', async () => {
    const home = newHome()
    layTranscripts(home)
    const server = await start({ home, flags: [...watching, '--backfill'] })
    try {
      const truth = summed(inFiles('claude-code'))
      const deadline = Date.now() + 20_000
      while (!Bun.deepEquals(await actualUsage(server), truth) && Date.now() < deadline) await Bun.sleep(50)
      expect(await actualUsage(server)).toEqual(truth)
      const files = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.startsWith('.claude'),
      )
      expect(files.length).toBeGreaterThan(5)
    } finally {
      await server.dispose()
    }
  })
})

describe('the page', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser.close())

  test('of a live session grows while its file grows, without reload', async () => {
    const home = newHome()
    const session = new Session(randomFrom(seed))
    mkdirSync(projects(home), { recursive: true })
    const file = join(projects(home), `${session.id}.jsonl`)
    const server = await start({ home, flags: watching })
    const page = await browser.newPage()
    const wrong: string[] = []
    page.on('pageerror', (error) => wrong.push(error.message))
    try {
      appendFileSync(file, session.turn('The first answer stands here.', 'What is first?').join(''))
      expect(await reached(server, session)).toEqual(session.usage)
      await page.goto(new URL(`/sessions/${session.id}`, server.apiUrl).href)
      await page.getByText('The first answer stands here.').first().waitFor({ timeout: 30_000 })
      await page.evaluate(() => Object.assign(window, { sameDocument: true }))
      const cost = await page.getByTestId('session-cost').textContent()
      for (const answer of ['The second answer came later.', 'The third answer is the last.']) {
        const lines = session.turn(answer, 'What is next?').join('')
        appendFileSync(file, lines.slice(0, 100))
        await Bun.sleep(100)
        appendFileSync(file, lines.slice(100))
        await page.getByText(answer).first().waitFor({ timeout: 30_000 })
      }
      await page.waitForFunction(
        (before) => document.querySelector('[data-testid="session-cost"]')?.textContent !== before,
        cost,
        { timeout: 30_000 },
      )
      expect(await page.evaluate(() => (window as unknown as { sameDocument?: boolean }).sameDocument)).toBe(true)
      expect(wrong).toEqual([])
    } finally {
      await page.close()
      await server.dispose()
    }
  })
})
