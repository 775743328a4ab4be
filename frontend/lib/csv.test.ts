// csv.test.ts: what leaves as CSV.
import { expect, test } from 'bun:test'
import { toCsv } from './csv.ts'

test('cells with commas, quotes and lines are quoted; absent ones are empty', () => {
  expect(
    toCsv(
      ['a', 'b'],
      [
        ['x,"y"\nz', null],
        [1.5, true],
      ],
    ),
  ).toBe('a,b\r\n"x,""y""\nz",\r\n1.5,true\r\n')
})

test('text that a spreadsheet would run is only text; numbers stay numbers', () => {
  expect(toCsv(['a'], [['=HYPERLINK("http://x")'], [-5], ['-5+cmd']])).toBe(
    'a\r\n"\'=HYPERLINK(""http://x"")"\r\n-5\r\n\'-5+cmd\r\n',
  )
})
