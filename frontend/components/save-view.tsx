// save-view.tsx: the present view kept under a name: its address is all that it is.
import { Bookmark, BookmarkCheck } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { changeView, deleteView, savedViews, saveView } from '../api.ts'
import { useAnswer } from '../lib/answers.ts'
import { useKeys } from '../lib/keys.ts'
import type { SavedView } from '../lib/shapes.ts'
import { useUrl } from '../lib/url-state.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Input } from '../ui/input.tsx'
import { Popover } from '../ui/popover.tsx'

/** The address of what is on screen, as it is saved. */
export function useViewPath(): string {
  const { path, search } = useUrl()
  return search ? `${path}?${search}` : path
}

export function SaveView() {
  const [open, setOpen] = useState(false)
  const path = useViewPath()
  const answer = useAnswer(savedViews())
  const saved = answer.data?.views.find((view) => view.path === path)
  useKeys([{ keys: 'v', label: 'Save this view', group: 'Everywhere', run: () => setOpen(true) }])
  const Icon = saved ? BookmarkCheck : Bookmark
  return (
    <Popover
      label="Save this view"
      align="end"
      open={open}
      onOpenChange={setOpen}
      className="w-[min(20rem,calc(100vw-1rem))] p-3"
      trigger={
        <IconButton label={saved ? `Saved as ${saved.name}` : 'Save this view'} data-testid="save-view">
          <Icon aria-hidden className={saved ? 'size-4 text-accent' : 'size-4'} />
        </IconButton>
      }
    >
      <ViewForm
        key={saved?.id ?? path}
        saved={saved}
        path={path}
        onDone={() => {
          setOpen(false)
          answer.retry()
        }}
      />
    </Popover>
  )
}

type ViewFormProps = { saved: SavedView | undefined; path: string; onDone(): void }

function ViewForm({ saved, path, onDone }: ViewFormProps) {
  const [name, setName] = useState(saved?.name ?? '')
  const [failure, setFailure] = useState<string>()
  async function doing(work: () => Promise<unknown>) {
    try {
      await work()
      onDone()
    } catch (thrown) {
      setFailure(thrown instanceof Error ? thrown.message : String(thrown))
    }
  }
  function submit(event: FormEvent) {
    event.preventDefault()
    const given = name.trim()
    if (given !== '') void doing(() => (saved ? changeView(saved.id, { name: given }) : saveView(given, path)))
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-2">
      <p className="text-12 text-muted">
        Screen, filter, order and time range under a name: in the sidebar, in the palette, and as a link.
      </p>
      <div className="flex gap-2">
        <Input
          aria-label="Name of the view"
          placeholder="Name"
          data-testid="view-name"
          maxLength={120}
          value={name}
          onChange={(event) => setName(event.target.value)}
          className="flex-1"
        />
        <Button type="submit" look="solid" disabled={name.trim() === ''} data-testid="view-save">
          {saved ? 'Rename' : 'Save'}
        </Button>
      </div>
      {failure && (
        <p role="alert" className="text-12 text-error">
          {failure}
        </p>
      )}
      <div className="flex items-center gap-1 text-12 text-muted">
        <CopyButton text={`${location.origin}${path}`} label="Copy the link to this view" />
        Copy the link
        {saved && (
          <Button
            look="quiet"
            size="small"
            className="ml-auto"
            onClick={() => void doing(() => deleteView(saved.id))}
            data-testid="view-delete"
          >
            Delete
          </Button>
        )}
      </div>
    </form>
  )
}
