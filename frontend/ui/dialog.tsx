// dialog.tsx: a layer that takes the page over until it is closed. The platform's own dialog: it keeps the focus, makes the rest
// inert and closes with Esc, without the style elements that the server's content policy refuses.
import { X } from 'lucide-react'
import { type ReactNode, useCallback, useId, useState } from 'react'
import { IconButton } from './button.tsx'
import { cx } from './cx.ts'
import { LayerContext } from './layer.ts'

type DialogProps = {
  open: boolean
  onClose(): void
  title: string
  description?: string
  children: ReactNode
  side?: 'center' | 'bottom'
  /** Without title bar and padding: the content is all. The title is still read out. */
  bare?: boolean
  className?: string
}

const places = {
  center: 'top-[12vh] m-0 mx-auto max-h-[76vh] w-[min(40rem,calc(100vw-2rem))] rounded-panel',
  bottom: 'top-auto bottom-0 m-0 max-h-[85vh] w-full max-w-none rounded-t-panel pb-[env(safe-area-inset-bottom)]',
}

export function Dialog(props: DialogProps) {
  // Only what is open is in the document: its state begins anew each time.
  return props.open ? <OpenDialog {...props} /> : null
}

function OpenDialog({ onClose, title, description, children, side = 'center', bare, className }: DialogProps) {
  const [element, setElement] = useState<HTMLDialogElement | null>(null)
  const titleId = useId()
  const show = useCallback((dialog: HTMLDialogElement | null) => {
    setElement(dialog)
    if (!dialog || dialog.open) return
    dialog.showModal()
    dialog.querySelector<HTMLElement>('[data-focus-first]')?.focus()
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc closes it too, by the platform.
    <dialog
      ref={show}
      data-slot="dialog"
      aria-labelledby={titleId}
      onClose={onClose}
      onClick={(event) => {
        // A click on the backdrop is one on the dialog itself, outside of its box.
        const box = event.currentTarget.getBoundingClientRect()
        const inside =
          event.clientX >= box.left &&
          event.clientX <= box.right &&
          event.clientY >= box.top &&
          event.clientY <= box.bottom
        if (event.target === event.currentTarget && !inside) onClose()
      }}
      className={cx(
        'fixed flex animate-appear flex-col overflow-hidden border border-line bg-raised p-0 text-foreground shadow-floating outline-none backdrop:bg-[oklch(0.1_0.01_265/45%)]',
        places[side],
        className,
      )}
    >
      <LayerContext value={element}>
        {bare ? (
          <h2 id={titleId} className="sr-only">
            {title}
          </h2>
        ) : (
          <div className="flex shrink-0 items-center gap-3 py-2 pr-2 pl-4 hairline-b">
            <h2 id={titleId} className="min-w-0 flex-1 truncate text-15 font-semibold">
              {title}
            </h2>
            <IconButton label="Close" onClick={onClose} data-testid="dialog-close">
              <X aria-hidden className="size-4" />
            </IconButton>
          </div>
        )}
        {description && <p className="px-4 pt-3 text-muted">{description}</p>}
        <div className={cx('min-h-0 flex-1 overflow-y-auto', !bare && 'p-4')}>{children}</div>
      </LayerContext>
    </dialog>
  )
}
