// doors.ts: the three doors of a machine with every recorded agent on it: what they sent, what they wrote, what they called.
import { Database } from 'bun:sqlite'
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { agents, type Recorded, requests, variants } from './recordings.ts'
import { binary, command, emptyEnvironment, type Running } from './telltale.ts'
import { added, expectedUsage, respelled, Sender, type Served, served, summed, type Usage } from './truth.ts'

const fixtures = join(import.meta.dir, '../fixtures')

/** Puts the transcripts of every agent where it keeps them. */
export function layTranscripts(home: string): void {
  for (const agent of agents) cpSync(join(fixtures, agent, 'transcripts'), home, { recursive: true })
}

/** `import all --json`; its document. */
export async function importAll(home: string, ...flags: string[]): Promise<any> {
  const { exitCode, stdout, stderr } = await command(home, [...homeFlag(home), 'import', 'all', '--json', ...flags])
  if (exitCode !== 0) throw new Error(`import: ${exitCode} ${stderr}`)
  return JSON.parse(stdout)
}

export const homeFlag = (home: string) => ['--home', join(home, '.telltale')]

/** What `rebuild --dry-run --json` would move. */
export async function rebuildMoves(home: string): Promise<any> {
  const { exitCode, stdout, stderr } = await command(home, [...homeFlag(home), 'rebuild', '--dry-run', '--json'])
  if (exitCode !== 0) throw new Error(`rebuild: ${exitCode} ${stderr}`)
  return JSON.parse(stdout)
}

/** What Claude Code called, in order. */
function hookCalls(): string[] {
  const folder = join(fixtures, 'claude-code/hooks')
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'))
}

/** In order, as one agent calls: every second one through the command, the others as it posts them. */
export async function callHooks(server: Running): Promise<void> {
  for (const [index, call] of hookCalls().entries()) {
    if (index % 2 === 1) {
      await hookCommand(server.home, call)
      continue
    }
    const response = await fetch(new URL('/v1/hooks/claude-code', server.otlpUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: call,
    })
    if (response.status !== 200) throw new Error(`hook: ${response.status} ${await response.text()}`)
  }
}

async function hookCommand(home: string, call: string): Promise<void> {
  const child = Bun.spawn([binary, ...homeFlag(home), 'hook', 'claude-code'], {
    env: emptyEnvironment(home),
    stdin: new Blob([call]),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const said = (await new Response(child.stdout).text()) + (await new Response(child.stderr).text())
  if ((await child.exited) !== 0 || said !== '') throw new Error(`hook said ${JSON.stringify(said)}`)
}

/** Every recorded request of every agent. */
export const everything: Recorded[] = agents.flatMap((agent) =>
  variants(agent).flatMap((variant) => requests(agent, variant)),
)

/** Sends them, in order or as given, and so many at once. */
export async function replay(server: Running, recorded = everything, atOnce?: number): Promise<void> {
  const sender = new Sender(server)
  try {
    await sender.sendAll(recorded, atOnce)
  } finally {
    sender.close()
  }
}

/** The same records in other bytes. */
export const everythingAgain = () => everything.map(respelled)

/** The text of all that an agent wrote, to look for ids in. */
function written(agent: string): string {
  const root = join(fixtures, agent, 'transcripts')
  const database = join(root, '.local/share/opencode/opencode.db')
  if (existsSync(database)) {
    const db = new Database(database, { readonly: true })
    try {
      return JSON.stringify(db.query('select session_id, data from message').all())
    } finally {
      db.close()
    }
  }
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => name + readFileSync(join(root, name), 'utf8'))
    .join('\n')
}

/** The requests that an agent's files hold: never its side calls; of Claude Code those whose message reached the file. */
export function inFiles(agent: string): Served[] {
  const text = written(agent)
  return served(agent).filter(
    ({ kind, session, message_id }) =>
      kind !== 'utility' && text.includes(agent === 'claude-code' ? message_id : session),
  )
}

/** What all doors together tell: of each request that any of them tells, its tokens once; of what was sent, some variants only. */
export function unionUsage(agent: string, sent = variants(agent)): Usage {
  const files = inFiles(agent)
  const key = ({ session, message_id, request_id }: Served) => `${session} ${message_id} ${request_id}`
  const inFile = new Set(files.map(key))
  const onlySent = sent.map((variant) => {
    const recorded = requests(agent, variant)
    if (recorded.length === 0) return {}
    return expectedUsage(agent, variant, recorded, (request) => !inFile.has(key(request)))
  })
  return added([summed(files), ...onlySent])
}
