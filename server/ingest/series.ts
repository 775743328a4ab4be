// series.ts: the identity of a metric series, and JSON texts that are made once.
import { type Attributes, jsonAttributes, jsonValue } from '#proto/attributes.ts'
import type { MetricPoint } from '#proto/telemetry.ts'

const texts = new WeakMap<Attributes, string>()

/** The JSON text of attributes that many records share (a resource, a scope); made once per object. */
export function sharedJson(attributes: Attributes): string {
  const known = texts.get(attributes)
  if (known !== undefined) return known
  const text = jsonAttributes(attributes)
  texts.set(attributes, text)
  return text
}

const canonical = new WeakMap<Attributes, string>()

/** The text of attributes with their keys sorted: the same set has the same text, in whatever order it was sent. */
function sortedJson(attributes: Attributes): string {
  const known = canonical.get(attributes)
  if (known !== undefined) return known
  const keys = Object.keys(attributes)
  keys.sort()
  let text = ''
  for (const key of keys) text += `${key}\u0001${jsonValue(attributes[key]!)}\u0002`
  canonical.set(attributes, text)
  return text
}

/**
 * The series of a point: xxHash64 (its result is kept, so it must never change) of metric name, all attributes, resource and scope, as a signed integer (the
 * column is BIGINT). Leaving out resource or session is how other tools see a reset where two sessions alternate.
 */
export function seriesId(point: MetricPoint): bigint {
  const { resource, scope } = point
  const text = `${point.name}\u0000${sortedJson(point.attributes)}\u0000${sortedJson(resource.attributes)}\u0000${scope.name}\u0000${scope.version}\u0000${sortedJson(scope.attributes)}`
  return BigInt.asIntN(64, Bun.hash.xxHash64(text))
}
