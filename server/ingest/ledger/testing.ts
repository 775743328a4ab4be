// testing.ts: short ways to say an observation, for the ledger's tests.
import type { AggregateObservation, CallObservation } from '#proto/telemetry.ts'
import { type Kept, mergedVersions, readied, type StoredObservation } from './observation.ts'
import { type ResolvedCall, resolve } from './resolve.ts'

/** 2026-11-22T04:00:00Z in ns. */
export const noon = 1_795_320_000_000_000_000n
export const second = 1_000_000_000n

/** An observation of a request; what is not said is what most doors say. */
export function seen(part: Partial<CallObservation>): CallObservation {
  const keys = part.keys ?? []
  return {
    source: 'otlp_logs',
    tool: 'claude-code',
    sessionId: 's1',
    observationId: `${part.source ?? 'otlp_logs'} ${keys.join(' ')}${part.weakKey ?? ''}${part.timeUnixNano ?? ''}`,
    keys,
    timeUnixNano: noon,
    status: 'ok',
    model: 'claude-sonnet-4-5',
    quality: 'exact',
    ...part,
  }
}

/** The requests behind observations, each observation's versions merged as the ledger does. */
export function requests(observations: CallObservation[], forks: Record<string, string> = {}): ResolvedCall[] {
  const stored = new Map<number, StoredObservation>()
  for (const observation of observations) {
    const own = readied(observation)
    const before = stored.get(own.idHash)
    stored.set(own.idHash, before ? mergedVersions(before, own) : own)
  }
  const kept: Kept[] = [...stored.values()].map(({ observation }) => observation)
  return resolve(kept, (_tool, session) => {
    let depth = 0
    for (let at = forks[session]; at !== undefined && depth < 32; at = forks[at]) depth++
    return depth
  }).sort((a, b) => (a.callId < b.callId ? -1 : 1))
}

/** A counter point. */
export function counted(part: Partial<AggregateObservation>): AggregateObservation {
  return {
    source: 'otlp_metrics',
    tool: 'gemini',
    sessionId: 's1',
    seriesId: `${part.field ?? 'inputTokens'} ${part.model ?? 'gemini-2.5-pro'}`,
    field: 'inputTokens',
    temporality: 2,
    startTimeUnixNano: noon,
    timeUnixNano: noon + 10n * second,
    value: 0,
    model: 'gemini-2.5-pro',
    ...part,
  }
}
