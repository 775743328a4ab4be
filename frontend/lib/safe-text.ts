// safe-text.ts: hostile text made harmless to look at: no terminal codes, no invisible reordering, no control characters.

// CSI and OSC sequences, and the two-character escapes.
const ansi = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g
const bidi = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g

/**
 * Text as it is shown: ANSI codes are left out; marks that reorder text are named (`⟨U+202E⟩`), since they can make code read
 * differently from what runs; other control characters appear as their pictures.
 */
export function visible(text: string): string {
  if (!/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(text)) return text
  return text
    .replace(ansi, '')
    .replace(/\r\n?/g, '\n')
    .replace(bidi, (mark) => `⟨U+${mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`)
    .replace(control, (char) => {
      const code = char.charCodeAt(0)
      return code === 0x7f ? '␡' : code < 0x20 ? String.fromCharCode(0x2400 + code) : '�'
    })
}

/** The first `most` characters on one line, for a row of a list. */
export function oneLine(text: string, most = 400): string {
  return visible(text.slice(0, most * 2))
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, most)
}

/** An address that may be a link: http, https and mailto only. */
export function safeHref(href: string | undefined): string | undefined {
  if (!href) return undefined
  try {
    const { protocol } = new URL(href)
    return protocol === 'http:' || protocol === 'https:' || protocol === 'mailto:' ? href : undefined
  } catch {
    // A relative address has nothing here to be relative to.
    return undefined
  }
}

/** Any value as text: strings as they are, the rest as JSON. */
export function textOf(value: unknown, indent?: number): string {
  if (typeof value === 'string') return value
  if (value === undefined) return ''
  return JSON.stringify(value, null, indent) ?? String(value)
}
