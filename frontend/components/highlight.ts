// highlight.ts: code with its words told apart. Loaded when the first code is shown.
import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import c from 'highlight.js/lib/languages/c'
import cpp from 'highlight.js/lib/languages/cpp'
import csharp from 'highlight.js/lib/languages/csharp'
import css from 'highlight.js/lib/languages/css'
import diff from 'highlight.js/lib/languages/diff'
import dockerfile from 'highlight.js/lib/languages/dockerfile'
import go from 'highlight.js/lib/languages/go'
import java from 'highlight.js/lib/languages/java'
import javascript from 'highlight.js/lib/languages/javascript'
import json from 'highlight.js/lib/languages/json'
import kotlin from 'highlight.js/lib/languages/kotlin'
import markdown from 'highlight.js/lib/languages/markdown'
import php from 'highlight.js/lib/languages/php'
import python from 'highlight.js/lib/languages/python'
import ruby from 'highlight.js/lib/languages/ruby'
import rust from 'highlight.js/lib/languages/rust'
import sql from 'highlight.js/lib/languages/sql'
import swift from 'highlight.js/lib/languages/swift'
import typescript from 'highlight.js/lib/languages/typescript'
import xml from 'highlight.js/lib/languages/xml'
import yaml from 'highlight.js/lib/languages/yaml'

const languages = {
  bash,
  c,
  cpp,
  csharp,
  css,
  diff,
  dockerfile,
  go,
  java,
  javascript,
  json,
  kotlin,
  markdown,
  php,
  python,
  ruby,
  rust,
  sql,
  swift,
  typescript,
  xml,
  yaml,
}
for (const [name, language] of Object.entries(languages)) hljs.registerLanguage(name, language)

/** A piece of code: text, and what kind of word it is. */
export type Token = { text: string; kind: string | undefined }

// Beyond this a page stands still for longer than anyone reads; it is shown plain.
const highlightedCharactersMax = 30_000

/** Code as pieces; `undefined` when the language is not known or the code is too long. */
export function tokenize(code: string, language: string | undefined): Token[] | undefined {
  if (!language || code.length > highlightedCharactersMax || !hljs.getLanguage(language)) return undefined
  const { value } = hljs.highlight(code, { language, ignoreIllegals: true })
  // The highlighter writes HTML. It is read by a parser that runs nothing, and only its text and class names are taken.
  const parsed = new DOMParser().parseFromString(value, 'text/html')
  const tokens: Token[] = []
  function walk(node: Node, kind: string | undefined) {
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) tokens.push({ text: child.textContent ?? '', kind })
      else if (child instanceof Element) walk(child, /hljs-([\w-]+)/.exec(child.className)?.[1] ?? kind)
    }
  }
  walk(parsed.body, undefined)
  return tokens
}
