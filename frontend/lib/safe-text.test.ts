// safe-text.test.ts: what hostile text may not do on the page.
import { describe, expect, test } from 'bun:test'
import { oneLine, safeHref, visible } from './safe-text.ts'

describe('text', () => {
  test('loses terminal codes', () => {
    expect(visible('\u001b[31mred\u001b[0m \u001b]8;;http://x\u0007link\u001b]8;;\u0007')).toBe('red link')
  })
  test('names marks that would reorder it', () => {
    expect(visible('if (a) {\u202e } // \u2066')).toBe('if (a) {⟨U+202E⟩ } // ⟨U+2066⟩')
  })
  test('shows control characters as pictures and keeps lines and tabs', () => {
    expect(visible('a\u0000b\tc\r\nd\u007f')).toBe('a␀b\tc\nd␡')
  })
  test('that is harmless is the very same', () => {
    expect(visible('naïve 漢字 👩‍💻\n\tx')).toBe('naïve 漢字 👩‍💻\n\tx')
  })
  test('of megabytes is cut before it is looked at', () => {
    expect(oneLine(`${'x'.repeat(5_000_000)}`, 100).length).toBe(100)
  })
})

test('only web and mail addresses are links', () => {
  const hrefs = [
    'javascript:alert(1)',
    'JaVaScRiPt:x',
    'data:text/html,x',
    'file:///etc/passwd',
    '/api/delete',
    'vbscript:x',
    '//evil.example',
  ]
  expect(hrefs.map(safeHref)).toEqual(hrefs.map(() => undefined))
  expect(['https://a.example/b', 'http://x', 'mailto:a@b.example'].map(safeHref)).toEqual([
    'https://a.example/b',
    'http://x',
    'mailto:a@b.example',
  ])
})
