// token-dialog.tsx: a shared server wants to know who asks.
import { type FormEvent, useState } from 'react'
import { askAgain } from '../../lib/answers.ts'
import { giveToken, useToken } from '../../token.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Input } from '../../ui/input.tsx'

export function TokenDialog() {
  const wanted = useToken((state) => state.wanted)
  const [token, setToken] = useState('')
  function submit(event: FormEvent) {
    event.preventDefault()
    giveToken(token.trim())
    askAgain()
  }
  return (
    <Dialog
      open={wanted}
      onClose={() => useToken.setState({ wanted: false })}
      title="Token"
      description="This server answers only with a bearer token (telltale token create). It is kept for this tab."
    >
      <form onSubmit={submit} className="flex gap-2">
        <Input
          type="password"
          aria-label="Token"
          data-testid="token"
          value={token}
          onChange={(event) => setToken(event.target.value)}
          className="flex-1"
        />
        <Button type="submit" look="solid" disabled={token.trim() === ''}>
          Use it
        </Button>
      </form>
    </Dialog>
  )
}
