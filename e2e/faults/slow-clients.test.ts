// slow-clients.test.ts: connections that say nothing or little, WebSockets that never read, bodies that end in the middle; everybody
// else is served, and nothing of them stays.
import { afterAll, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import WebSocket from 'ws'
import { type Running, start } from '../telltale.ts'
import { residentMb, tellsMemory, watchMemory } from './memory.ts'
import { isFull, percentile } from './settings.ts'

const servers: Running[] = []
const sockets: Socket[] = []
const started = async () => {
  const server = await start()
  servers.push(server)
  return server
}
afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  await Promise.all(servers.map((server) => server.dispose()))
})

/** A connection that counts as closed once the other side ends it. */
async function open(url: string): Promise<{ socket: Socket; closed: Promise<void>; isClosed(): boolean }> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  sockets.push(socket)
  let done = false
  const closed = new Promise<void>((resolve) => {
    const end = () => {
      done = true
      resolve()
    }
    socket.on('close', end).on('end', end).on('error', end)
  })
  await new Promise((resolve) => socket.once('connect', resolve))
  return { socket, closed, isClosed: () => done }
}

const log = (text: string) => ({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: text } }] }] }] })
const send = (server: Running, text: string) =>
  fetch(`${server.otlpUrl}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(log(text)),
  })

const connections = isFull ? 500 : 60

test(`${connections} connections that send nothing, or a byte a second, are in nobody's way${isFull ? ' and closed in time' : ''}`, async () => {
  const server = await started()
  const slow: Awaited<ReturnType<typeof open>>[] = []
  for (let i = 0; i < connections; i++) {
    const url = i % 2 === 0 ? server.otlpUrl : server.apiUrl
    const one = await open(url)
    const host = new URL(url).host
    const path = i % 2 === 0 ? '/v1/logs' : '/api/sql'
    if (i % 3 === 1) one.socket.write(`POST ${path} HTTP/1.1\r\nHost: ${host}\r\nX-Slow: `)
    if (i % 3 === 2)
      one.socket.write(
        `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{`,
      )
    slow.push(one)
  }
  const drip = setInterval(() => {
    for (const [i, one] of slow.entries()) if (i % 3 !== 0 && !one.isClosed()) one.socket.write('x')
  }, 1000)
  const times: number[] = []
  const began = performance.now()
  const untilMs = isFull ? 60_000 : 2000
  while (performance.now() - began < untilMs && slow.some((one) => !one.isClosed())) {
    const asked = performance.now()
    const answers = await Promise.all([send(server, `normal ${times.length}`), fetch(`${server.apiUrl}/health`)])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    times.push(performance.now() - asked)
    await Bun.sleep(50)
  }
  clearInterval(drip)
  const left = ['silent', 'dripping headers', 'dripping a body'].map((kind, i) => [
    kind,
    slow.filter((one, at) => at % 3 === i && !one.isClosed()).length,
  ])
  console.log(
    `${connections} slow connections: ${times.length} normal requests, p99 ${Math.round(percentile(times, 0.99))} ms;`,
    `still open after ${Math.round((performance.now() - began) / 1000)} s: ${JSON.stringify(left)}`,
  )
  if (isFull) expect(left.map(([, count]) => count)).toEqual([0, 0, 0])
}, 120_000)

const listeners = isFull ? 200 : 40

test(`${listeners} WebSockets that never read cost little, and those that read get everything or are told what they missed`, async () => {
  const server = await started()
  const { host } = new URL(server.apiUrl)
  const stuck = await Promise.all(Array.from({ length: listeners }, () => open(server.apiUrl)))
  for (const { socket } of stuck) {
    socket.write(
      `GET /ws HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    )
    socket.pause()
  }
  let heard = 0
  let missed = 0
  const reader = new WebSocket(`${server.apiUrl.replace('http', 'ws')}/ws`)
  await new Promise((resolve) => reader.once('open', resolve))
  reader.on('message', (data) => {
    const frame = JSON.parse(String(data))
    if (frame.type === 'logs') heard += frame.payload.length
    if (frame.type === 'dropped') missed += frame.count
  })
  for (const { socket } of stuck) {
    // A masked text frame that asks for whole records.
    const text = Buffer.from('{"subscribe":["logs"]}')
    socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]))
  }
  const before = residentMb(server.pid)
  const memory = watchMemory(server.pid)
  const requests = isFull ? 400 : 60
  const record = { body: { stringValue: 'y'.repeat(1000) } }
  for (let i = 0; i < requests; i++) {
    const logRecords = Array.from({ length: 100 }, (_, at) => ({ ...record, severityText: `${i}/${at}` }))
    const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] })
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(`${server.otlpUrl}/v1/logs`, { method: 'POST', headers, body })).status).toBe(200)
  }
  for (let i = 0; i < 100 && heard < requests * 100 && missed === 0; i++) await Bun.sleep(100)
  const mostMb = memory.stop()
  const { live } = await server.get('/api/status')
  reader.close()
  expect(heard === requests * 100 || missed > 0).toBe(true)
  expect(live.framesDropped).toBeGreaterThan(0)
  console.log(
    `${listeners} stuck sockets, ${requests * 100} records of 1 KB: the reader heard ${heard} and was told of ${missed} lost frames;`,
    `frames sent ${live.framesSent}, dropped ${live.framesDropped}; memory ${before} → ${mostMb} MB`,
  )
  if (isFull && tellsMemory) expect(mostMb).toBeLessThan(600)
}, 120_000)

const aborts = isFull ? 2000 : 100

test(`${aborts} bodies that end in the middle leave nothing behind`, async () => {
  const server = await started()
  const { host } = new URL(server.otlpUrl)
  expect((await send(server, 'first')).status).toBe(200)
  const filesBefore = tellsMemory ? readdirSync(`/proc/${server.pid}/fd`).length : 0
  for (let i = 0; i < aborts; i += 20) {
    const round = await Promise.all(Array.from({ length: 20 }, () => open(server.otlpUrl)))
    for (const { socket } of round) {
      const head = `POST /v1/logs HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 500000\r\n\r\n`
      socket.write(`${head}{"resourceLogs":[${' '.repeat(20_000)}`)
    }
    await Bun.sleep(5)
    for (const { socket } of round) socket.destroy()
  }
  let status = await server.get('/api/status')
  for (let i = 0; i < 50 && status.receivers.inProgress.requests > 0; i++) {
    await Bun.sleep(100)
    status = await server.get('/api/status')
  }
  expect(status.receivers.inProgress).toMatchObject({ requests: 0, bytes: 0 })
  expect((await send(server, 'last')).status).toBe(200)
  expect((await server.get('/api/logs?from=2000-01-01T00:00:00Z')).total).toBe(2)
  if (tellsMemory) expect(readdirSync(`/proc/${server.pid}/fd`).length).toBeLessThan(filesBefore + 20)
}, 120_000)
