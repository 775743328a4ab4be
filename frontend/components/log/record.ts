// record.ts: what a row shows of a log record, and what identifies it.
import { hashName } from '../../lib/colors.ts'
import { oneLine, textOf } from '../../lib/safe-text.ts'
import type { LogRecord } from '../../lib/shapes.ts'

/** A record with a key that is unique in its list: records have no id of their own. */
export type KeyedRecord = { key: string; record: LogRecord }

/**
 * Keys of time and content; equal records of one instant are told apart by their number. What was there before is the very same
 * object again, so that a row that did not change is not drawn anew with every record that comes.
 */
export function keyed(records: readonly LogRecord[], before: readonly KeyedRecord[] = []): KeyedRecord[] {
  const known = new Map(before.map((one) => [one.key, one]))
  const seen = new Map<string, number>()
  return records.map((record) => {
    const content = `${record.eventName ?? ''} ${record.sessionId ?? ''} ${record.spanId ?? ''} ${textOf(record.body)} ${textOf(record.logAttributes)}`
    const key = `${record.timestamp}.${hashName(content).toString(36)}`
    const times = (seen.get(key) ?? 0) + 1
    seen.set(key, times)
    const unique = times === 1 ? key : `${key}.${times}`
    return known.get(unique) ?? { key: unique, record }
  })
}

// What stands in columns of its own, or says the same in every record of an agent.
const told =
  /^(?:event\.(?:name|timestamp|sequence)|session\.id|conversation\.id|prompt\.id|user\.|organization\.|terminal\.|app\.|service\.|telemetry\.|log\.|body$|record\.id$|project(?:\.id)?$|git_branch$|originator$|slug$|auth_mode$|timestamp$)/
const pairsMax = 8
const valueMax = 80

/** One line about a record: its body where that says more than the event's name, then its attributes. */
export function summaryOf(record: LogRecord): { message: string; pairs: { key: string; value: string }[] } {
  const body = oneLine(textOf(record.body))
  const event = record.eventName ?? ''
  const repeats = body === '' || (event !== '' && (body === event || body.endsWith(`.${event}`)))
  const pairs: { key: string; value: string }[] = []
  for (const [key, value] of Object.entries(record.logAttributes)) {
    if (pairs.length >= pairsMax) break
    if (told.test(key) || value === '' || value === null) continue
    pairs.push({ key: oneLine(key, 60), value: oneLine(textOf(value).slice(0, 400), valueMax) })
  }
  return { message: repeats ? '' : body, pairs }
}
