// features.test.ts: every feature of FEATURES.md has a test that is there.
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasTest } from './named-test.ts'

test('every feature of the list has a test that is there', () => {
  const rows = readFileSync(join(import.meta.dir, 'FEATURES.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| feature '))
    .map((line) => line.slice(2, -2).split(' | '))
  expect(rows.length).toBeGreaterThan(45)
  expect(rows.filter((cells) => cells.length !== 3)).toEqual([])
  const missing = rows.flatMap(([feature, , tests]) =>
    tests!.split(' <br> ').flatMap((one) => {
      const [, file, title] = /^`([\w-]+\.test\.ts)`: (.+)$/.exec(one) ?? []
      return file && title && hasTest(file, title) ? [] : [`${feature}: ${one}`]
    }),
  )
  expect(missing).toEqual([])
})
