// scopes.ts: recognising an agent by the scopes of its records, when its service has another name.
import type { Telemetry } from '#proto/telemetry.ts'

/** Whether any record comes from a scope of that name. A batch has few scopes, each shared by many records. */
export function hasScope(batch: Telemetry, isOwn: (name: string) => boolean): boolean {
  let last: unknown
  for (const records of [batch.spans, batch.logs, batch.points]) {
    for (const { scope } of records) {
      if (scope === last) continue
      last = scope
      if (isOwn(scope.name)) return true
    }
  }
  return false
}
