// facts.tsx: a few named values; ids can be copied.
import type { ReactNode } from 'react'
import { CopyButton } from '../ui/copy-button.tsx'
import { cx } from '../ui/cx.ts'

export type Fact = { name: string; value: ReactNode; copy?: string | undefined; title?: string | undefined }

type FactsProps = {
  facts: readonly (Fact | undefined | false)[]
  /** Names of more than a word or two. */
  wide?: boolean
}

export function Facts({ facts, wide = false }: FactsProps) {
  return (
    <dl className="px-3 py-2 text-12">
      {facts.map(
        (fact) =>
          fact && (
            <div
              key={fact.name}
              className={cx(
                'group grid min-h-6 items-center gap-x-2',
                wide ? 'grid-cols-[12rem_minmax(0,1fr)]' : 'grid-cols-[7rem_minmax(0,1fr)]',
              )}
            >
              <dt className="text-muted">{fact.name}</dt>
              <dd className="flex min-w-0 items-center gap-2" title={fact.title}>
                <span className="min-w-0 flex-1 break-words">{fact.value}</span>
                {fact.copy && (
                  <CopyButton
                    text={fact.copy}
                    label={`Copy ${fact.name.toLowerCase()}`}
                    testId="copy-fact"
                    className="-my-1 opacity-0 group-hover:opacity-100 focus-visible:opacity-100 touch:opacity-100"
                  />
                )}
              </dd>
            </div>
          ),
      )}
    </dl>
  )
}

/** A part of a detail with its head. */
export function Section({
  title,
  note,
  actions,
  children,
}: {
  title: string
  note?: ReactNode
  actions?: ReactNode
  children: ReactNode
}) {
  return (
    <section aria-label={title} className="hairline-t">
      <header className="flex h-8 items-center gap-2 px-3">
        <h3 className="text-12 font-semibold">{title}</h3>
        {note !== undefined && <span className="text-12 text-muted">{note}</span>}
        {actions && <span className="ml-auto flex items-center">{actions}</span>}
      </header>
      {children}
    </section>
  )
}
