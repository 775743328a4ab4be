// dashboard-dialogs.tsx: naming a dashboard, and being sure before it goes.
import { type FormEvent, useId, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Input } from '../ui/input.tsx'

type NameDialogProps = {
  open: boolean
  title: string
  submit: string
  name?: string
  description?: string | undefined
  onSubmit(name: string, description: string): Promise<void>
  onClose(): void
}

export function NameDialog({ open, title, onClose, ...rest }: NameDialogProps) {
  return (
    <Dialog open={open} onClose={onClose} title={title}>
      <NameForm onClose={onClose} {...rest} />
    </Dialog>
  )
}

function NameForm({
  name: before = '',
  description: about = '',
  submit,
  onSubmit,
  onClose,
}: Omit<NameDialogProps, 'open' | 'title'>) {
  const [name, setName] = useState(before)
  const [description, setDescription] = useState(about)
  const [failure, setFailure] = useState<string>()
  const id = useId()
  async function save(event: FormEvent) {
    event.preventDefault()
    try {
      await onSubmit(name.trim(), description.trim())
    } catch (thrown) {
      setFailure(thrown instanceof Error ? thrown.message : String(thrown))
    }
  }
  return (
    <form onSubmit={(event) => void save(event)} className="flex flex-col gap-3">
      <label htmlFor={`${id}-name`} className="flex flex-col gap-1 text-muted">
        Name
        <Input
          id={`${id}-name`}
          data-focus-first
          data-testid="dashboard-name"
          required
          maxLength={255}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <label htmlFor={`${id}-about`} className="flex flex-col gap-1 text-muted">
        What it is for
        <Input
          id={`${id}-about`}
          maxLength={1_000}
          value={description}
          onChange={(event) => setDescription(event.target.value)}
        />
      </label>
      {failure && (
        <p role="alert" className="text-error">
          {failure}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="solid" disabled={name.trim() === ''} data-testid="dashboard-save">
          {submit}
        </Button>
      </div>
    </form>
  )
}

type SureDialogProps = { open: boolean; title: string; text: string; onSure(): void; onClose(): void }

export function SureDialog({ open, title, text, onSure, onClose }: SureDialogProps) {
  return (
    <Dialog open={open} onClose={onClose} title={title}>
      <p>{text}</p>
      <div className="flex justify-end gap-2 pt-4">
        <Button onClick={onClose}>Keep it</Button>
        <Button
          look="solid"
          data-testid="sure"
          onClick={() => {
            onClose()
            onSure()
          }}
        >
          Delete
        </Button>
      </div>
    </Dialog>
  )
}
