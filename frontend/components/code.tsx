// code.tsx: a block of code: highlighted when its language is known, plain until then.
import { useEffect, useState } from 'react'
import { dictionary } from '../lib/dictionary.ts'
import { visible } from '../lib/safe-text.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { cx } from '../ui/cx.ts'
import { Scroller } from '../ui/scroller.tsx'
import type { Token } from './highlight.ts'

const colors = dictionary<string>({
  keyword: 'text-[var(--chart-1)]',
  built_in: 'text-[var(--chart-1)]',
  type: 'text-[var(--chart-1)]',
  literal: 'text-info',
  number: 'text-info',
  string: 'text-ok',
  regexp: 'text-ok',
  subst: 'text-foreground',
  symbol: 'text-info',
  comment: 'text-muted',
  quote: 'text-muted',
  meta: 'text-muted',
  title: 'font-semibold',
  attr: 'text-warn',
  attribute: 'text-warn',
  property: 'text-warn',
  name: 'text-[var(--chart-1)]',
  tag: 'text-muted',
  variable: 'text-warn',
  section: 'font-semibold',
  addition: 'text-ok',
  deletion: 'text-error',
})

export function Code({
  text,
  language,
  className,
}: {
  text: string
  language?: string | undefined
  className?: string
}) {
  const code = visible(text)
  const [tokens, setTokens] = useState<{ code: string; tokens: Token[] }>()
  useEffect(() => {
    if (!language) return
    let gone = false
    void import('./highlight.ts').then(({ tokenize }) => {
      const found = tokenize(code, language)
      if (found && !gone) setTokens({ code, tokens: found })
    })
    return () => {
      gone = true
    }
  }, [code, language])
  const shown = tokens?.code === code ? tokens.tokens : undefined
  return (
    <div className={cx('group relative', className)}>
      <Scroller label="Code" className="max-h-[28rem]">
        <pre className="px-3 py-2 text-12 whitespace-pre touch:pr-12">
          <code>
            {shown
              ? shown.map((token, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: tokens have no identity but their place.
                  <span key={index} className={token.kind ? colors[token.kind] : undefined}>
                    {token.text}
                  </span>
                ))
              : code}
          </code>
        </pre>
      </Scroller>
      <CopyButton
        text={text}
        className="absolute top-1 right-1 bg-surface opacity-0 group-hover:opacity-100 focus-visible:opacity-100 touch:opacity-100"
      />
    </div>
  )
}
