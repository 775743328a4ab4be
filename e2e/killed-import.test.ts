// killed-import.test.ts: the compiled binary, killed in the middle of an import, goes on where it was. SEED repeats the moments.
import { expect, test } from 'bun:test'
import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { homeFlag, importAll } from './doors.ts'
import { binary, command, emptyEnvironment, newHome } from './telltale.ts'
import { randomFrom } from './truth.ts'

const seed = Number(process.env.SEED ?? 20261122)
const files = 60
const requestsPerFile = 400

/** About 90 MB: several commits. Every request stands in two lines, some of them in the next file, too, and calls a tool. */
function lay(home: string): void {
  const folder = join(home, '.claude/projects/-home-dev-project')
  mkdirSync(folder, { recursive: true })
  const lines: string[][] = Array.from({ length: files }, () => [])
  for (const [file, own] of lines.entries()) {
    for (let request = 0; request < requestsPerFile; request++) {
      const id = `${file}_${request}`
      const line = (uuid: string, more: object) =>
        JSON.stringify({
          uuid: `${id}_${uuid}`,
          sessionId: `session-${file}`,
          cwd: '/none/app',
          timestamp: new Date(Date.UTC(2026, 2, 1) + (file * 1000 + request) * 1000).toISOString(),
          ...more,
        })
      const answer = (uuid: string, block: object) =>
        line(uuid, {
          type: 'assistant',
          requestId: `req_${id}`,
          message: {
            id: `msg_${id}`,
            role: 'assistant',
            model: request % 3 === 0 ? 'claude-haiku-4-5' : 'claude-opus-4-6',
            stop_reason: 'end_turn',
            content: [block],
            usage: {
              input_tokens: request,
              cache_read_input_tokens: file,
              output_tokens: (file * 31 + request) % 1000,
            },
          },
        })
      const result = { type: 'tool_result', tool_use_id: `tool_${id}`, content: 'z'.repeat(1500) }
      own.push(
        answer('a', { type: 'thinking', thinking: 'x'.repeat(700) }),
        answer('b', { type: 'tool_use', id: `tool_${id}`, name: 'Bash', input: { command: `ls ${request}` } }),
        line('c', { type: 'user', message: { role: 'user', content: [result] } }),
      )
      if (request % 50 === 0) lines[(file + 1) % files]!.push(...own.slice(-3))
    }
  }
  for (const [file, own] of lines.entries()) writeFileSync(join(folder, `session-${file}.jsonl`), `${own.join('\n')}\n`)
  appendFileSync(join(folder, 'session-0.jsonl'), 'not a record\n')
}

const totals = `
  select session_id, model, count(*) as requests, sum(input_tokens)::bigint as input, sum(output_tokens)::bigint as output,
    sum(cache_read_tokens)::bigint as cache, sum(cost_nano_usd)::bigint as cost
  from model_calls group by all
  union all by name
  select session_id, 'tools' as model, count(*) as requests from tool_calls group by all
  union all by name
  select session_id, 'messages' as model, count(*) as requests, sum(length(content))::bigint as input from messages group by all
  union all by name
  select path as session_id, 'file' as model, byte_offset as requests, skipped::bigint as input from import_files
  order by all`

/** What stands twice, with where it stands and which commit wrote it. */
const doubled = `
  select hash::bigint as hash, batch, rowid, session_id, message_key, sequence, fingerprint from messages
  where hash in (select hash from messages group by hash having count(*) > 1)
  order by all`

async function ask(home: string, sql: string): Promise<any[]> {
  const { exitCode, stdout, stderr } = await command(home, [...homeFlag(home), 'sql', sql, '--format', 'json'])
  if (exitCode !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

test(`an import that is killed again and again ends as one that nobody disturbed (seed ${seed})`, async () => {
  const home = newHome()
  const random = randomFrom(seed)
  const database = join(home, '.telltale')
  try {
    lay(home)
    const undisturbed = performance.now()
    await importAll(home)
    const wholeMs = performance.now() - undisturbed
    const truth = await ask(home, totals)
    expect(truth.filter(({ model }) => model === 'file')).toHaveLength(files)
    rmSync(database, { recursive: true })

    const reached: number[] = []
    for (let kill = 0; kill < 8; kill++) {
      const child = Bun.spawn([binary, ...homeFlag(home), 'import', 'claude-code', '--json'], {
        env: emptyEnvironment(home),
        stdout: 'ignore',
        stderr: 'ignore',
      })
      const timer = setTimeout(() => child.kill('SIGKILL'), (0.1 + 0.6 * random()) * wholeMs)
      await child.exited
      clearTimeout(timer)
      if (!existsSync(join(database, 'telltale.duckdb'))) continue
      const [calls] = await ask(home, 'select count(*)::integer as n from model_calls')
      reached.push(calls.n)
    }
    // Some were in the middle, and none took anything back.
    expect(reached).toEqual(reached.toSorted((a, b) => a - b))
    expect(reached.some((n) => n > 0 && n < files * requestsPerFile)).toBe(true)
    const last = await importAll(home)
    expect(await ask(home, doubled)).toEqual([])
    expect(await ask(home, totals)).toEqual(truth)
    const again = await importAll(home)
    expect(again.tools['claude-code']).toMatchObject({ newFiles: 0, unchangedFiles: files, calls: 0 })
    expect(last.tools['claude-code'].files).toBe(files)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}, 180_000)
