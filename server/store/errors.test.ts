// errors.test.ts: what is told of the database's own bugs.
import { expect, test } from 'bun:test'
import { isInternal, messageOf, withStatement } from './errors.ts'

test('a bug of the database is told with its statement in one line, any other error as it came', () => {
  const bug = new Error('INTERNAL Error: Attempted to access index 0 within vector of size 0\n\nStack Trace:\n\n0  a')
  const told = withStatement(bug, '-- spans.sql: what spans are\nselect *\n  from spans -- all\nwhere x = $x')
  expect(messageOf(told)).toBe(
    'INTERNAL Error: Attempted to access index 0 within vector of size 0 (in: select * from spans where x = $x)',
  )
  expect([isInternal(told), (told as Error).cause]).toEqual([true, bug])
  const long = messageOf(withStatement(bug, `select ${'x'.repeat(1000)}`))
  expect(long.length).toBeLessThan(400)
  const other = new Error('Binder Error: no such column')
  expect(withStatement(other, 'select y')).toBe(other)
})
