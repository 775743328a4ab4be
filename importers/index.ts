// index.ts: the agents we know, and which of them a batch of telemetry comes from.
import type { Agent } from '#proto/agent.ts'
import { atOnce, each } from '#proto/steps.ts'
import { noTelemetry, type Resource, type Telemetry } from '#proto/telemetry.ts'
import { claudeCode } from './claude-code/index.ts'
import { codex } from './codex/index.ts'
import { copilot } from './copilot/index.ts'
import { gemini } from './gemini/index.ts'
import { genai } from './genai/index.ts'
import { opencode } from './opencode/index.ts'
import { append } from './otlp-batch.ts'
import { readPlain } from './plain.ts'

/** The agents known by name, in the order of every list. */
export const agents: readonly Agent[] = [claudeCode, codex, gemini, opencode, copilot]

/** Any other service that follows the GenAI conventions. */
export const conventions: Agent = genai

/**
 * Whose records these are: of one resource, by the service's name, else by what the records themselves show (a scope, an
 * attribute), so that an agent is known under any OTEL_SERVICE_NAME. `undefined`: a plain service.
 */
export function agentFor(resource: Resource, records: Telemetry): Agent | undefined {
  const name = resource.serviceName.toLowerCase()
  // Agents and their versions differ in `-` and `_`.
  const spellings = [name, name.replaceAll('_', '-')]
  return (
    agents.find((agent) => spellings.some(agent.services)) ??
    agents.find((agent) => agent.claims?.(records)) ??
    (conventions.claims?.(records) ? conventions : undefined)
  )
}

/**
 * Puts a decoded batch into our words: each agent gets its own records, what is left is read by OpenTelemetry's own words.
 * Batches of other doors (transcripts, hooks), which hold no telemetry records, pass untouched. The records' hot columns are
 * filled in place.
 */
export function translate(batch: Telemetry): Telemetry {
  return atOnce(translateInSteps(batch))
}

/** {@link translate} with others' turns in between. */
export function* translateInSteps(batch: Telemetry): Generator<void, Telemetry> {
  const resources = yield* resourcesOf(batch)
  if (resources.size === 0) return batch
  if (resources.size === 1) {
    const [resource] = resources
    return yield* translated(agentFor(resource as Resource, batch), batch)
  }
  const byResource = yield* split(batch, (resource) => resource)
  const owners = new Map<Resource, Agent | undefined>()
  yield* each(byResource, ([resource, records]) => owners.set(resource, agentFor(resource, records)))
  if (new Set(owners.values()).size === 1) {
    const [agent] = owners.values()
    return yield* translated(agent, batch)
  }
  const merged = observationsOf(batch)
  for (const [agent, records] of yield* split(batch, (resource) => owners.get(resource)))
    append(merged, yield* own(agent, records))
  return merged
}

function* resourcesOf(batch: Telemetry): Generator<void, Set<Resource>> {
  const resources = new Set<Resource>()
  yield* each(batch.spans, ({ resource }) => resources.add(resource))
  yield* each(batch.logs, ({ resource }) => resources.add(resource))
  yield* each(batch.points, ({ resource }) => resources.add(resource))
  return resources
}

/** The batch's records by what they belong to; order within each part is kept. */
function* split<K>(batch: Telemetry, keyOf: (resource: Resource) => K): Generator<void, Map<K, Telemetry>> {
  const parts = new Map<K, Telemetry>()
  const partOf = (resource: Resource): Telemetry => {
    const key = keyOf(resource)
    let part = parts.get(key)
    if (!part) {
      part = noTelemetry()
      parts.set(key, part)
    }
    return part
  }
  yield* each(batch.spans, (span) => partOf(span.resource).spans.push(span))
  yield* each(batch.logs, (log) => partOf(log.resource).logs.push(log))
  yield* each(batch.points, (point) => partOf(point.resource).points.push(point))
  return parts
}

/** The agent's records, and what the batch already brought besides them. */
function* translated(agent: Agent | undefined, batch: Telemetry): Generator<void, Telemetry> {
  if (!agent) return yield* readPlain(batch)
  const merged = observationsOf(batch)
  append(merged, yield* own(agent, batch))
  return merged
}

/** A service that only follows the conventions says the rest as any other does. */
function* own(agent: Agent | undefined, records: Telemetry): Generator<void, Telemetry> {
  if (!agent) return yield* readPlain(records)
  const read = yield* agent.otlp(records)
  return agent === conventions ? yield* readPlain(read) : read
}

const observationsOf = ({ calls, aggregates, toolCalls, sessions, messages, commits }: Telemetry): Telemetry => ({
  ...noTelemetry(),
  calls: [...calls],
  aggregates: [...aggregates],
  toolCalls: [...toolCalls],
  sessions: [...sessions],
  messages: [...messages],
  commits: [...commits],
})
