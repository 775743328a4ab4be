// hook.test.ts: `telltale hook`: hands on what an agent says, and never gets in its way.
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hook } from './hook.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'telltale-hook-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const home = () => join(folder, 'telltale')

test('without a server it reads nothing and returns at once', async () => {
  let asked = false
  const stdin = async () => {
    asked = true
    return '{}'
  }
  await hook({ tool: 'claude-code', home: home(), stdin })
  expect(asked).toBe(false)
})

test('it posts what it was given to the running server, with its token', async () => {
  const seen: unknown[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      seen.push([new URL(request.url).pathname, request.headers.get('authorization'), await request.json()])
      return Response.json({})
    },
  })
  mkdirSync(home(), { recursive: true })
  const write = (otlpUrl: string) =>
    writeFileSync(join(home(), 'server.json'), JSON.stringify({ pid: process.pid, otlpUrl, apiUrl: otlpUrl }))
  write(`http://127.0.0.1:${server.port}`)
  await hook({ tool: 'claude-code', home: home(), token: 't', stdin: async () => '{"a":1}' })
  await hook({ tool: 'codex', home: home(), payload: '{"b":2}' })
  expect(seen).toEqual([
    ['/v1/hooks/claude-code', 'Bearer t', { a: 1 }],
    ['/v1/hooks/codex', null, { b: 2 }],
  ])
  await server.stop(true)
  // A server that is gone, or answers nonsense, is no trouble for the agent.
  write('http://127.0.0.1:1')
  await hook({ tool: 'claude-code', home: home(), stdin: async () => '{"a":1}' })
})
