// plain.ts: what OpenTelemetry's own attributes say of a record that no agent is known for.
import { text } from '#proto/attributes.ts'
import type { Resource, Telemetry } from '#proto/telemetry.ts'

/** Fills the session and the event's name where nobody did, in place; gives the same batch. */
export function readPlain(batch: Telemetry): Telemetry {
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
    for (const { hot, attributes, resource } of records)
      hot.sessionId ||= text(attributes['session.id']) ?? sessionOf(resource)
  for (const { hot, attributes, eventName } of batch.logs)
    hot.eventName ||= eventName || (text(attributes['event.name']) ?? '')
  return batch
}
