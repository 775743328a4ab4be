// delta.tsx: a change against the period before. Rising costs are not good news, rising cache hits are.

import { change, signedRatio } from '../lib/format.ts'
import { cx } from '../ui/cx.ts'

type DeltaProps = {
  now: number | null | undefined
  before: number | null | undefined
  /** Which way is welcome; `none` only informs. */
  good?: 'up' | 'down' | 'none'
  title?: string
}

export function Delta({ now, before, good = 'none', title }: DeltaProps) {
  const value = change(now, before)
  if (value === undefined) {
    const fresh = before === 0 && now !== undefined && now !== null && now > 0
    return <span className="text-12 text-muted">{fresh ? 'new' : ' '}</span>
  }
  const flat = Math.abs(value) < 0.0005
  // Below one percent nothing has happened that is good or bad news.
  const welcome = good === 'none' || Math.abs(value) < 0.01 ? undefined : value > 0 === (good === 'up')
  return (
    <span
      title={title}
      className={cx('text-12', welcome === undefined ? 'text-muted' : welcome ? 'text-ok' : 'text-error')}
    >
      <span aria-hidden>{flat ? '' : value > 0 ? '↑ ' : '↓ '}</span>
      {flat ? 'unchanged' : signedRatio(value)}
    </span>
  )
}
