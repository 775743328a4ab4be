// keys.test.ts: which shortcut a key means, given what was pressed before.
import { expect, test } from 'bun:test'
import { keyName, matchShortcut, type Shortcut } from './keys.ts'

const shortcut = (keys: string, label = keys): Shortcut => ({ keys, label, group: '', run() {} })
const key = (name: string, held: { ctrlKey?: boolean; metaKey?: boolean } = {}) =>
  keyName({ key: name, ctrlKey: false, metaKey: false, altKey: false, ...held })

test('⌘K and Ctrl+K are one name', () => {
  expect([key('k', { metaKey: true }), key('K', { ctrlKey: true }), key('Escape'), key('?')]).toEqual([
    'mod+k',
    'mod+k',
    'esc',
    '?',
  ])
})

test('a sequence waits for its second key', () => {
  const sets = [[shortcut('g s'), shortcut('s')]]
  expect(matchShortcut(sets, '', 'g')).toEqual({ prefix: 'g' })
  expect(matchShortcut(sets, 'g', 's').run?.keys).toBe('g s')
})

test('a key that does not go on with the sequence is taken for itself', () => {
  expect(matchShortcut([[shortcut('g s'), shortcut('j')]], 'g', 'j').run?.keys).toBe('j')
})

test('what was bound last is asked first', () => {
  const found = matchShortcut([[shortcut('esc', 'close list')], [shortcut('esc', 'close pane')]], '', 'esc')
  expect(found.run?.label).toBe('close pane')
})

test('one shortcut may have several keys', () => {
  expect(matchShortcut([[shortcut('h|left')]], '', 'left').run?.keys).toBe('h|left')
})
