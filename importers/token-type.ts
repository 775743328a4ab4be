// token-type.ts: the kinds of tokens, under every spelling that agents and their versions use.
import { type Attributes, text } from '#proto/attributes.ts'

/** One kind of tokens; the words of the contract. */
export type TokenType = 'input' | 'output' | 'cacheRead' | 'cacheCreation' | 'reasoning' | 'tool'

/** Lower case, without separators: `cacheRead`, `cache_read` and `cache-read` are one word. */
const spellings = new Map<string, TokenType>([
  ['input', 'input'],
  ['prompt', 'input'],
  ['output', 'output'],
  ['completion', 'output'],
  ['cache', 'cacheRead'],
  ['cached', 'cacheRead'],
  ['cacheread', 'cacheRead'],
  ['cachedinput', 'cacheRead'],
  ['inputcached', 'cacheRead'],
  ['cachecreation', 'cacheCreation'],
  ['cachewrite', 'cacheCreation'],
  ['cachewriteinput', 'cacheCreation'],
  ['reasoning', 'reasoning'],
  ['reasoningoutput', 'reasoning'],
  ['thought', 'reasoning'],
  ['thoughts', 'reasoning'],
  ['thinking', 'reasoning'],
  ['tool', 'tool'],
])

/** The kind that an attribute names; nothing for another word (such as `total`) or none. */
export function tokenTypeOf(attributes: Attributes, key: string): TokenType | undefined {
  return spellings.get((text(attributes[key]) ?? '').toLowerCase().replaceAll(/[_\-. ]/g, ''))
}
