// Recorded transcripts and hooks damaged at random: no reader throws, every line that is whole is read or counted, and what it
// remembers can be stored.
import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import type { Agent } from '#proto/agent.ts'
import { agents } from './index.ts'
import { changedJson, oddValue } from './odd-json.ts'
import { fixtures } from './transcript-fixtures.ts'

function recorded(agent: Agent): string[][] {
  const root = join(fixtures, agent.id, 'transcripts')
  try {
    return readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => readFileSync(join(root, name), 'utf8').split('\n').slice(0, 60))
  } catch {
    return []
  }
}

const damage = fc.record({
  line: fc.nat(),
  at: fc.nat(),
  kind: fc.nat(4),
  value: oddValue,
  key: fc.constantFrom('', '__proto__', 'constructor', 'toString'),
})

function damaged(
  lines: readonly string[],
  all: readonly { line: number; at: number; kind: number; value: unknown; key: string }[],
): string[] {
  const out = [...lines]
  for (const { line, at, kind, value, key } of all) {
    const i = line % out.length
    const text = out[i]!
    if (kind < 3) out[i] = changedJson(text, at, value, key)
    else if (kind === 3) out[i] = text.slice(0, at % (text.length + 1)) + (out[(i + 1) % out.length] ?? '')
    else out[i] = text.slice(0, at % (text.length + 1)) + '\u0000'.repeat(at % 5) + text.slice(at % (text.length + 1))
  }
  return out
}

describe('transcripts damaged at random', () => {
  for (const agent of agents) {
    const files = recorded(agent)
    const { transcripts } = agent
    if (!transcripts || files.length === 0) continue
    test(`${agent.id}: nothing throws, and what is remembered can be stored and gone on from`, () => {
      fc.assert(
        fc.property(fc.nat(files.length - 1), fc.array(damage, { maxLength: 12 }), fc.nat(60), (at, all, cut) => {
          const about = { path: `/x/${agent.id}.jsonl`, root: '/x', modifiedUnixNano: 1n }
          const lines = damaged(files[at]!, all)
            .map((text, line) => ({ text, line: line + 1 }))
            .filter(({ text }) => text !== '')
          const first = transcripts.open(about, undefined)
          const told = [first.read(lines.slice(0, cut))]
          // Killed and started again between two lines.
          const state = JSON.stringify(first.state())
          const next = transcripts.open(about, state === undefined ? undefined : JSON.parse(state))
          told.push(next.read(lines.slice(cut)))
          for (const { telemetry, skipped } of told) {
            for (const call of telemetry.calls)
              expect([
                typeof call.sessionId,
                typeof call.model,
                typeof call.observationId,
                typeof call.timeUnixNano,
              ]).toEqual(['string', 'string', 'string', 'bigint'])
            for (const message of telemetry.messages)
              expect([typeof message.content, typeof message.timeUnixNano]).toEqual(['string', 'bigint'])
            for (const toolCall of telemetry.toolCalls)
              expect([typeof toolCall.toolName, typeof toolCall.callId]).toEqual(['string', 'string'])
            for (const { reason } of skipped) expect(typeof reason).toBe('string')
          }
          expect(({} as Record<string, unknown>).done).toBeUndefined()
        }),
        { numRuns: 120, seed: 31 },
      )
    })
  }
})

describe('hooks damaged at random', () => {
  const folder = join(fixtures, 'claude-code/hooks')
  const calls = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  for (const agent of agents) {
    const { hooks } = agent
    if (!hooks) continue
    test(`${agent.id}: nothing throws`, () => {
      fc.assert(
        fc.property(fc.nat(calls.length - 1), fc.array(damage, { maxLength: 6 }), (at, all) => {
          let text = calls[at]!
          for (const { at: place, value, key } of all) text = changedJson(text, place, value, key)
          let payload: unknown
          try {
            payload = JSON.parse(text)
          } catch {
            return
          }
          const telemetry = hooks(payload, 1n as never)
          for (const message of telemetry.messages) expect(typeof message.content).toBe('string')
        }),
        { numRuns: 300, seed: 32 },
      )
    })
  }
})
