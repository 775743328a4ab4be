// codec-protobuf-values.ts: attributes, resources and scopes from the protobuf wire.
import { type Attributes, type AttributeValue, doubleValue, noAttributes } from '#proto/attributes.ts'
import type { Resource, Scope } from '#proto/telemetry.ts'
import { DecodeError, valueDepthMax } from './codec-batch.ts'
import type { Key, WireReader } from './codec-wire.ts'

/** The key under which a value stands, which helps to recognise one that was there before. */
export type Place = Key

/** Reads one KeyValue into the map; a key that comes twice keeps its last value. */
export function readKeyValue(r: WireReader, into: Attributes, nameless: Place, depth = 0): void {
  const outer = r.enter()
  if (!r.budget.keeps()) {
    r.pos = r.len
    r.leave(outer)
    return
  }
  let key = nameless
  let name = ''
  let value: AttributeValue = null
  while (r.pos < r.len) {
    const tag = r.tag()
    switch (tag) {
      case 10: // key
        key = r.key()
        name = key.text
        break
      case 18: // value
        value = readValue(r, key, value, depth)
        break
      default:
        r.pass(tag)
    }
  }
  r.leave(outer)
  into[name] = value
}

/**
 * Reads one AnyValue. `before` is what an earlier part of the same message said: of a oneof the last member wins, and
 * a list goes on where it stopped.
 */
export function readValue(r: WireReader, place: Place, before: AttributeValue, depth: number): AttributeValue {
  if (depth >= valueDepthMax) throw new DecodeError(`values nest deeper than ${valueDepthMax}`)
  const outer = r.enter()
  let value = before
  while (r.pos < r.len) {
    const tag = r.tag()
    switch (tag) {
      case 10: // string_value
        value = r.valueText(place)
        break
      case 16: // bool_value
        value = r.bool()
        break
      case 24: // int_value
        value = r.int()
        break
      case 33: // double_value
        value = doubleValue(r.double())
        break
      case 42: // array_value
        value = readArray(r, place, value, depth)
        break
      case 50: // kvlist_value
        value = readList(r, place, value, depth)
        break
      case 58: // bytes_value
        value = r.copy()
        break
      default:
        r.pass(tag)
    }
  }
  r.leave(outer)
  return value
}

function readArray(r: WireReader, place: Place, before: AttributeValue, depth: number): AttributeValue[] {
  const outer = r.enter()
  const values = Array.isArray(before) ? before : []
  while (r.pos < r.len) {
    const tag = r.tag()
    if (tag === 10 && r.budget.keeps()) values.push(readValue(r, place, null, depth + 1))
    else r.pass(tag)
  }
  r.leave(outer)
  return values
}

function readList(r: WireReader, place: Place, before: AttributeValue, depth: number): Attributes {
  const outer = r.enter()
  const list = isList(before) ? before : noAttributes()
  while (r.pos < r.len) {
    const tag = r.tag()
    if (tag === 10) readKeyValue(r, list, place, depth + 1)
    else r.pass(tag)
  }
  r.leave(outer)
  return list
}

/** Only a kvlist is an object without a prototype. */
function isList(value: AttributeValue): value is Attributes {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null
}

/** Reads a Resource, or one more part of it, into an object that its records may already point to. */
export function readResource(r: WireReader, into: Resource, nameless: Place): void {
  const outer = r.enter()
  while (r.pos < r.len) {
    const tag = r.tag()
    switch (tag) {
      case 10: // attributes
        readKeyValue(r, into.attributes, nameless)
        break
      case 16: // dropped_attributes_count
        into.droppedAttributesCount = r.uint32()
        break
      default:
        r.pass(tag)
    }
  }
  r.leave(outer)
  into.droppedAttributesCount += r.budget.settled()
}

/** Reads an InstrumentationScope like {@link readResource}. */
export function readScope(r: WireReader, into: Scope, nameless: Place): void {
  const outer = r.enter()
  while (r.pos < r.len) {
    const tag = r.tag()
    switch (tag) {
      case 10: // name
        into.name = r.text()
        break
      case 18: // version
        into.version = r.text()
        break
      case 26: // attributes
        readKeyValue(r, into.attributes, nameless)
        break
      case 32: // dropped_attributes_count
        into.droppedAttributesCount = r.uint32()
        break
      default:
        r.pass(tag)
    }
  }
  r.leave(outer)
  into.droppedAttributesCount += r.budget.settled()
}
