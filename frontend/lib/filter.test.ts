// filter.test.ts: the filter grammar, both ways.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  anyAttribute,
  attributesOf,
  excludedOf,
  exclusion,
  type Filter,
  formatFilter,
  meets,
  parseFilter,
  termOf,
  withTerm,
} from './filter.ts'

const keys = ['agent', 'cost', 'model', 'duration']

describe('reading', () => {
  test('takes conditions, comparisons and quoted text apart', () => {
    expect(parseFilter('agent:codex cost:>0.5 "timed out"', keys)).toEqual({
      terms: [
        { key: 'agent', op: '=', value: 'codex' },
        { key: 'cost', op: '>', value: '0.5' },
      ],
      text: 'timed out',
    })
  })
  test('leaves addresses and times of day in the text', () => {
    expect(parseFilter('http://example.com 12:30 fail', keys)).toEqual({
      terms: [],
      text: 'http://example.com 12:30 fail',
    })
  })
  test('takes a key without its value for unfinished, not for text', () => {
    expect(parseFilter('timeout agent:', keys)).toEqual({ terms: [], text: 'timeout' })
    expect(parseFilter('unknown:', keys).text).toBe('unknown:')
  })
  test('reads quoted values', () => {
    expect(termOf(parseFilter('model:"gpt \\"5\\" high"', keys), 'model')).toBe('gpt "5" high')
  })
})

test('what is written is read back the same', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom('__proto__', 'constructor', 'a:b', '"', '\\', '\\"', 'line\nline', '<1', '>=', '@x', ' '),
  )
  const key = fc.oneof(
    fc.constantFrom(...keys),
    text.filter((name) => name !== '').map((name) => anyAttribute + name),
  )
  const op = fc.constantFrom('=', '>', '<=')
  fc.assert(
    fc.property(fc.array(fc.record({ key, op, value: text })), (pairs) => {
      const terms = pairs as Filter['terms']
      expect(parseFilter(formatFilter({ terms, text: '' }), [...keys, anyAttribute])).toEqual({ terms, text: '' })
      // On the metrics' screen every attribute is a key of its own.
      const own = terms.map((term) => ({ ...term, key: term.key.slice(1) })).filter((term) => term.key !== '')
      const named = own.map((term) => term.key)
      expect(parseFilter(formatFilter({ terms: own, text: '' }), named)).toEqual({ terms: own, text: '' })
    }),
  )
})

test('an attribute of any name can be filtered by', () => {
  const line = '@"error message":x @"a\\"b":"y z" @constructor:1 @__proto__:2 @constructor:3'
  expect(JSON.stringify(attributesOf(parseFilter(line, [anyAttribute])))).toBe(
    '{"error message":["x"],"a\\"b":["y z"],"constructor":["1","3"],"__proto__":["2"]}',
  )
  expect(parseFilter('@"error message', [anyAttribute])).toEqual({ terms: [], text: '@"error message' })
})

test('setting a condition replaces the one before, and removing it removes it', () => {
  const filter = parseFilter('agent:codex x', keys)
  expect(formatFilter(withTerm(filter, 'agent', 'gemini'))).toBe('agent:gemini x')
  expect(formatFilter(withTerm(filter, 'agent', undefined))).toBe('x')
})

test('numbers are compared in the units people write', () => {
  const filter = parseFilter('cost:>0.5 duration:<2m', keys)
  expect([meets(filter, 'cost', 0.6), meets(filter, 'cost', 0.5), meets(filter, 'cost', null)]).toEqual([
    true,
    false,
    false,
  ])
  expect([meets(filter, 'duration', 119_000), meets(filter, 'duration', 121_000)]).toEqual([true, false])
  expect(meets(filter, 'tokens', 1)).toBe(true)
})

test('attributes are named where a screen takes any, and are text elsewhere', () => {
  const line = '@tool_name:Bash @tool_name:Read @user.id:"a b" @x level:error mail@host:1'
  const filter = parseFilter(line, ['level', anyAttribute])
  expect(attributesOf(filter)).toEqual({ tool_name: ['Bash', 'Read'], 'user.id': ['a b'] })
  expect(filter.text).toBe('@x mail@host:1')
  expect(parseFilter(formatFilter(filter), ['level', anyAttribute])).toEqual(filter)
  expect(parseFilter('@tool_name:Bash', ['level'])).toEqual({ terms: [], text: '@tool_name:Bash' })
})

test('a condition is turned round where a screen allows it, and is text elsewhere', () => {
  const keys = ['level', anyAttribute, exclusion]
  const line = 'level:error -level:info -@tool_name:"a b" -x:1 -level: word'
  const filter = parseFilter(line, keys)
  expect(excludedOf(filter)).toEqual({ level: ['info'], tool_name: ['a b'] })
  expect(termOf(filter, 'level')).toBe('error')
  expect(filter.text).toBe('-x:1 word')
  expect(parseFilter(formatFilter(filter), keys)).toEqual(filter)
  expect(parseFilter('-level:info', ['level'])).toEqual({ terms: [], text: '-level:info' })
  expect(formatFilter(withTerm(parseFilter('-level:info -level:warn', keys), 'level', 'info'))).toBe(
    '-level:warn level:info',
  )
})
