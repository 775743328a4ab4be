// url-state.test.ts: what stays in the URL, what goes along, what leaves.
import { expect, test } from 'bun:test'
import { carried, changeSearch, href } from './url-state.ts'

test('changing one parameter keeps the others and their order', () => {
  expect(changeSearch('?b=2&a=1', { a: 3 })).toBe('?b=2&a=3')
  expect(changeSearch('', { q: 'agent:codex' })).toBe('?q=agent:codex')
})

test('an empty value leaves the URL', () => {
  expect(changeSearch('?a=1&b=2', { a: undefined, b: '' })).toBe('')
  expect(changeSearch('?live=1', { live: false })).toBe('')
})

test('only the time range goes along to another screen', () => {
  expect(carried('?q=x&range=24h&span=1')).toBe('?range=24h')
  expect(href('/traces/abc', '?from=2026-08-20T00:00:00Z&to=2026-08-21T00:00:00Z&sort=cost', { span: 'f1' })).toBe(
    '/traces/abc?from=2026-08-20T00:00:00Z&to=2026-08-21T00:00:00Z&span=f1',
  )
})

test('text of any kind survives the URL', () => {
  const hostile = 'a&b=c#d "x" %3A <script> 漢字'
  expect(new URLSearchParams(changeSearch('', { q: hostile })).get('q')).toBe(hostile)
})
