// json-viewer.tsx: attributes as they were sent, types told by their look; bounded, so that ten thousand or a megabyte do no harm.
import { ChevronRight, Filter } from 'lucide-react'
import { useState } from 'react'
import { bytes } from '../lib/format.ts'
import { textOf, visible } from '../lib/safe-text.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { cx } from '../ui/cx.ts'

const rowsAtFirst = 100
const charactersAtFirst = 2_000
const charactersMax = 200_000

type AttributesProps = {
  label: string
  attributes: { [key: string]: unknown }
  /** Filter by this value. */
  onFilter?: ((key: string, value: string) => void) | undefined
  /** Only keys or values with this text. */
  search?: string
}

/** A map of attributes as rows: key, value, and what can be done with it. */
export function Attributes({ label, attributes, onFilter, search = '' }: AttributesProps) {
  const [most, setMost] = useState(rowsAtFirst)
  const wanted = search.toLowerCase()
  const entries = Object.entries(attributes).filter(
    ([key, value]) =>
      wanted === '' ||
      key.toLowerCase().includes(wanted) ||
      textOf(value).slice(0, charactersMax).toLowerCase().includes(wanted),
  )
  if (entries.length === 0) return <p className="px-3 py-2 text-12 text-muted">None</p>
  return (
    <>
      <dl aria-label={label} className="text-12">
        {entries.slice(0, most).map(([key, value]) => (
          <div
            key={key}
            className="group relative grid grid-cols-[minmax(6rem,2fr)_minmax(0,3fr)] gap-x-3 px-3 py-1 hairline-b hover:bg-hover touch:min-h-9"
          >
            <dt className="break-words text-muted">
              <code>
                <bdi>{visible(key)}</bdi>
              </code>
            </dt>
            {/* Where its buttons are always there they have a place of their own. */}
            <dd className={cx('min-w-0', onFilter ? 'touch:pr-20' : 'touch:pr-10')}>
              <Value value={value} />
              <span className="absolute top-0 right-1 flex rounded-control bg-raised opacity-0 group-hover:opacity-100 focus-within:opacity-100 touch:bg-transparent touch:opacity-100">
                {onFilter && (typeof value !== 'object' || value === null) && (
                  <IconButton
                    label={`Filter by ${key}`}
                    onClick={() => onFilter(key, textOf(value))}
                    data-testid="filter-attribute"
                  >
                    <Filter aria-hidden className="size-3.5" />
                  </IconButton>
                )}
                <CopyButton text={() => textOf(value, 2)} label={`Copy ${key}`} testId="copy-attribute" />
              </span>
            </dd>
          </div>
        ))}
      </dl>
      {entries.length > most && (
        <Button look="quiet" size="small" onClick={() => setMost(most * 4)}>
          {most} of {entries.length} shown; show more
        </Button>
      )}
    </>
  )
}

/** One value: text as text, numbers in their colour, objects to be opened. */
export function Value({ value }: { value: unknown }) {
  if (typeof value === 'string') return <LongText text={value} />
  if (value === null) return <code className="text-muted">null</code>
  if (typeof value === 'object') return <Tree value={value} />
  return <code className={typeof value === 'boolean' ? 'text-warn' : 'text-info'}>{String(value)}</code>
}

/** Text of any length; the rest on request, and never more than a browser bears. */
export function LongText({ text, mono = true, className }: { text: string; mono?: boolean; className?: string }) {
  const [open, setOpen] = useState(false)
  if (text === '') return <span className="text-muted">empty</span>
  const shown = visible(text.slice(0, open ? charactersMax : charactersAtFirst))
  const hidden = text.length - Math.min(text.length, open ? charactersMax : charactersAtFirst)
  return (
    <span className={cx('break-words whitespace-pre-wrap', mono && 'font-mono', className)}>
      <bdi>{shown}</bdi>
      {hidden > 0 && (
        <Button look="quiet" size="small" onClick={() => setOpen(true)} disabled={open} className="ml-1">
          {open ? `${bytes(hidden)} more; copy to see it` : `show ${bytes(hidden)} more`}
        </Button>
      )}
    </span>
  )
}

function Tree({ value, depth = 0 }: { value: object; depth?: number }) {
  const [open, setOpen] = useState(depth === 0 && Object.keys(value).length <= 12)
  const [most, setMost] = useState(rowsAtFirst)
  const list = Array.isArray(value)
  const entries = open ? Object.entries(value) : []
  const size = Object.keys(value).length
  if (size === 0) return <code className="text-muted">{list ? '[]' : '{}'}</code>
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="inline-flex items-center gap-1 rounded-[3px] text-muted focus-ring hover:text-foreground"
      >
        <ChevronRight aria-hidden className={cx('size-3', open && 'rotate-90')} />
        {list ? `${size} ${size === 1 ? 'item' : 'items'}` : `${size} ${size === 1 ? 'field' : 'fields'}`}
      </button>
      {open && (
        <ul className="pl-4">
          {entries.slice(0, most).map(([key, inner]) => (
            <li key={key} className="flex min-w-0 gap-2">
              <code className="shrink-0 text-muted">
                <bdi>{visible(key)}</bdi>
              </code>
              <div className="min-w-0">
                {typeof inner === 'object' && inner !== null && depth < 40 ? (
                  <Tree value={inner} depth={depth + 1} />
                ) : (
                  <Value value={inner} />
                )}
              </div>
            </li>
          ))}
          {entries.length > most && (
            <li>
              <Button look="quiet" size="small" onClick={() => setMost(most * 4)}>
                {most} of {entries.length} shown; show more
              </Button>
            </li>
          )}
        </ul>
      )}
    </div>
  )
}
