// plain.ts: what OpenTelemetry's own attributes say of a record that no agent is known for.
import { text } from '#proto/attributes.ts'
import { each } from '#proto/steps.ts'
import type { Resource, Telemetry } from '#proto/telemetry.ts'

/** Fills the session and the event's name where nobody did, in place; gives the same batch. */
export function* readPlain(batch: Telemetry): Generator<void, Telemetry> {
  let known: Resource | undefined
  let ofResource = ''
  const sessionOf = (resource: Resource): string => {
    if (resource !== known) {
      known = resource
      ofResource = text(resource.attributes['session.id']) ?? ''
    }
    return ofResource
  }
  for (const records of [batch.spans, batch.logs, batch.points])
    yield* each(records, ({ hot, attributes, resource }: (typeof records)[number]) => {
      hot.sessionId ||= text(attributes['session.id']) ?? sessionOf(resource)
    })
  yield* each(batch.logs, ({ hot, attributes, eventName }) => {
    hot.eventName ||= eventName || (text(attributes['event.name']) ?? '')
  })
  return batch
}
