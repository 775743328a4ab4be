// values.ts: what there is of one key, in the order in which it was first seen.
import { int, query, type Runner, text } from '../../store/query.ts'
import { keyExpression, type UsageKey } from './read-usage.ts'
import valuesSql from './values.sql' with { type: 'text' }

/** More than that nobody tells apart by colour; sessions may be a million. */
const valuesMax = 200

/** The values of a key, the first seen first, at most {@link valuesMax}. */
export async function readValues(runner: Runner, key: UsageKey): Promise<string[]> {
  const statement = query(valuesSql.replace('/* key */', keyExpression(key)), { most: int }, { value: text })
  return (await statement(runner, { most: valuesMax })).map(({ value }) => value)
}
