// doctor.ts: `telltale doctor`: proves the way from the agents to the database, and says how to mend what is broken.
import { existsSync, statfsSync } from 'node:fs'
import { connect as connectTo } from 'node:net'
import { dirname } from 'node:path'
import { agents } from '#importers/index.ts'
import type { Config } from '../config.ts'
import { isWorthIt } from '../ingest/removal/give-back.ts'
import { callerHeaders, readServerFile } from '../server-file.ts'
import { type Client, connect, withClient } from './client.ts'
import { testExports } from './doctor-export.ts'
import { testHook } from './doctor-hook.ts'
import { printDocument } from './document.ts'
import { setupOptions } from './setup.ts'
import { environmentOf, setupState } from './setup-state.ts'
import { bytes, since } from './words.ts'

/** `note`: nothing to do. `warning`: works, and could be better. `broken`: exit code 1. */
export type Finding = { check: string; status: 'ok' | 'note' | 'warning' | 'broken'; message: string; mend?: string }

type Status = {
  version: string
  ingest: { failedBatches: number; untranslatedBatches: number }
  database: { path: string; databaseBytes: number; walBytes: number; freeBytes?: number | null; notice?: string }
  lastRecordByTool: Record<string, string>
}

const signs = { ok: '✓', note: '·', warning: '!', broken: '✗' }

export async function doctor(config: Config, options: { json?: boolean }): Promise<void> {
  const findings = await examine(config)
  const isBroken = findings.some(({ status }) => status === 'broken')
  if (isBroken) process.exitCode = 1
  if (options.json) {
    printDocument({ status: isBroken ? 'broken' : 'ok', findings })
    return
  }
  for (const { check, status, message, mend } of findings)
    process.stdout.write(
      `${signs[status]} ${check.padEnd(14)}${message}${mend ? `\n  ${' '.repeat(14)}→ ${mend}` : ''}\n`,
    )
}

/** Every finding, in the order of the way: server, doors, agents, database, machine. Looks only, except for its own test record. */
export async function examine(config: Config): Promise<Finding[]> {
  const findings: Finding[] = []
  const client = await connect(config)
  let status: Status | undefined
  if (client?.server) status = await askServer(config, client, findings)
  else findings.push(...(await withoutServer(config)), ...(await closedDatabase(config)))
  for (const agent of agents) {
    if (agent.setup) findings.push(await agentFinding(config, agent, status?.lastRecordByTool))
  }
  findings.push(...machine(config, status))
  return findings
}

async function askServer(config: Config, client: Client, findings: Finding[]): Promise<Status | undefined> {
  const { pid, version, apiUrl, otlpUrl, grpcUrl } = client.server!
  let status: Status
  try {
    status = await client.get<Status>('/api/status')
  } catch (error) {
    const mend = 'give the token the server was started with: TELLTALE_TOKEN'
    findings.push({ check: 'server', status: 'broken', message: `${apiUrl} refuses: ${textOf(error)}`, mend })
    return undefined
  }
  findings.push({ check: 'server', status: 'ok', message: `${version}, process ${pid}, ${apiUrl}` })
  if (!otlpUrl) {
    const mend = 'start it with `telltale serve` to receive telemetry'
    findings.push({ check: 'receivers', status: 'note', message: 'the server runs without its OTLP ports', mend })
  } else {
    for (const { door, problem } of await testExports(client, otlpUrl, grpcUrl, callerHeaders(config))) {
      const to = door === 'gRPC' ? grpcUrl : otlpUrl
      if (!problem)
        findings.push({ check: door, status: 'ok', message: `${to}: a test record was stored, found and taken out` })
      else
        findings.push({
          check: door,
          status: 'broken',
          message: `${to}: ${problem}`,
          mend: 'see the log of the server',
        })
    }
    const problem = await testHook(client, config)
    findings.push(
      problem
        ? { check: 'hooks', status: 'broken', message: problem, mend: 'see the log of the server' }
        : { check: 'hooks', status: 'ok', message: 'a test event of `telltale hook` was stored, found and taken out' },
    )
  }
  const { database, ingest } = status
  findings.push({
    check: 'database',
    status: database.notice ? 'warning' : 'ok',
    message: `${database.path}, ${bytes(database.databaseBytes + database.walBytes)}${database.notice ? `: ${database.notice}` : ''}`,
  })
  const free = { fileBytes: database.databaseBytes, freeBytes: database.freeBytes ?? 0 }
  if (isWorthIt(free)) {
    const message = `${bytes(free.freeBytes)} of the database file hold nothing`
    findings.push({
      check: 'free space',
      status: 'note',
      message,
      mend: 'telltale compact gives them back to the disk',
    })
  }
  const failed = ingest.failedBatches + ingest.untranslatedBatches
  if (failed > 0) {
    const mend = 'see the log of the server; senders were told to send again'
    findings.push({ check: 'ingest', status: 'warning', message: `${failed} batches failed since the start`, mend })
  }
  return status
}

async function withoutServer(config: Config): Promise<Finding[]> {
  const findings: Finding[] = []
  const dead = readServerFile(config.home)
  findings.push({
    check: 'server',
    status: 'broken',
    message: dead ? `process ${dead.pid} does not answer at ${dead.apiUrl}` : `no server runs for ${config.home}`,
    mend: dead ? `end process ${dead.pid} and start \`telltale serve\`` : 'start one: telltale serve',
  })
  const ports = { 'OTLP/HTTP': config.otlpPort, 'OTLP/gRPC': config.grpcPort, API: config.apiPort }
  for (const [name, port] of Object.entries(ports)) {
    if (port === 0 || !(await isTaken(config.host, port))) continue
    const message = `port ${port} belongs to another program`
    const mend = `stop it, or choose another: ${name === 'API' ? '--api-port' : name === 'OTLP/HTTP' ? '--otlp-port' : '--grpc-port'}`
    findings.push({ check: name, status: 'broken', message, mend })
  }
  return findings
}

function isTaken(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connectTo({ host, port, timeout: 1_000 })
  socket.once('connect', () => resolve(true))
  socket.once('error', () => resolve(false))
  socket.once('timeout', () => resolve(false))
  return promise.finally(() => socket.destroy())
}

/** Opens the database as every command does without a server. */
async function closedDatabase(config: Config): Promise<Finding[]> {
  if (!existsSync(config.database))
    return [{ check: 'database', status: 'note', message: `${config.database} is not made yet` }]
  try {
    const { database } = await withClient(config, (client) => client.get<Status>('/api/status'))
    const message = `${database.path}, ${bytes(database.databaseBytes)}, opens${database.notice ? `: ${database.notice}` : ''}`
    return [{ check: 'database', status: database.notice ? 'warning' : 'ok', message }]
  } catch (error) {
    const mend = 'end the program that holds it, or free the disk'
    return [{ check: 'database', status: 'broken', message: textOf(error), mend }]
  }
}

async function agentFinding(
  config: Config,
  agent: (typeof agents)[number],
  lastRecords: Record<string, string> | undefined,
): Promise<Finding> {
  const state = await setupState(agent, config, setupOptions(config, agent, {}))
  const check = agent.id
  const last = lastRecords?.[agent.id]
  const age = last ? Math.max(0, Math.round((Date.now() - Date.parse(last)) / 1000)) : undefined
  const heard = age === undefined ? 'nothing heard yet' : `last record ${since(age)} ago`
  const roots = agent.transcripts?.roots(environmentOf(config)).filter((root) => existsSync(root)) ?? []
  const read = roots.length > 0 ? `, transcripts in ${roots.join(', ')}` : ''
  const mend = `telltale setup ${agent.id} --apply`
  const unreadable = state.files.find((file) => file.state === 'unreadable')
  if (unreadable) {
    const message = `${unreadable.path} cannot be read: ${unreadable.problem}`
    return { check, status: 'broken', message, mend: `mend the file, then ${mend}` }
  }
  if (!state.installed) return { check, status: 'note', message: `not installed${last ? `, ${heard}` : ''}` }
  const version = state.version ? ` (${state.version})` : ''
  if (!state.configured) {
    const elsewhere = state.files.find((file) => file.state === 'elsewhere')
    const why = elsewhere ? `sends to ${elsewhere.endpoint}` : 'does not send telemetry'
    return { check, status: 'warning', message: `installed${version}, ${why}; ${heard}${read}`, mend }
  }
  const traps = state.warnings.length > 0 ? `; ${state.warnings.join('; ')}` : ''
  return {
    check,
    status: 'ok',
    message: `configured${version}${state.hooks ? ', hooks on' : ''}, ${heard}${read}${traps}`,
  }
}

const diskLow = 1e9
const diskEmpty = 1e8

function machine(config: Config, status: Status | undefined): Finding[] {
  const findings: Finding[] = []
  const folder = [config.home, dirname(config.home), '/'].find((path) => existsSync(path))!
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  findings.push({
    check: 'disk',
    status: free < diskEmpty ? 'broken' : free < diskLow ? 'warning' : 'ok',
    message: `${bytes(free)} free in ${folder}`,
    ...(free < diskLow ? { mend: 'free some, or move the database with --home' } : {}),
  })
  // A sender whose clock is ahead makes records that no recent time range shows.
  const ahead = Object.entries(status?.lastRecordByTool ?? {}).filter(
    ([, time]) => Date.parse(time) > Date.now() + 300_000,
  )
  if (ahead.length > 0) {
    const message = `the newest records of ${ahead.map(([tool]) => tool).join(', ')} lie in the future`
    findings.push({ check: 'clock', status: 'warning', message, mend: 'set the clock of the machine that sent them' })
  } else
    findings.push({ check: 'clock', status: 'ok', message: `${new Date().toISOString()}, no record is ahead of it` })
  return findings
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
