// token-dialog.tsx: asks for the token of a shared server.
import { type FormEvent, useState } from 'react'
import { logIn, useToken } from '../../token.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Input } from '../../ui/input.tsx'

export function TokenDialog() {
  const wanted = useToken((state) => state.wanted)
  const [token, setToken] = useState('')
  const [wrong, setWrong] = useState(false)
  async function submit(event: FormEvent) {
    event.preventDefault()
    // Everything that was refused is asked again by a fresh page.
    if (await logIn(token.trim())) location.reload()
    else setWrong(true)
  }
  return (
    <Dialog
      open={wanted}
      onClose={() => useToken.setState({ wanted: false })}
      title="Token"
      description="This server answers only with a token; whoever runs it makes one with telltale token create."
    >
      <form onSubmit={submit} className="flex flex-col gap-2">
        <div className="flex gap-2">
          <Input
            type="password"
            aria-label="Token"
            aria-invalid={wrong}
            data-testid="token"
            data-focus-first
            value={token}
            onChange={(event) => {
              setToken(event.target.value)
              setWrong(false)
            }}
            className="flex-1"
          />
          <Button type="submit" look="solid" disabled={token.trim() === ''}>
            Use it
          </Button>
        </div>
        {wrong && (
          <p role="alert" className="text-12 text-error">
            The server does not take this token.
          </p>
        )}
      </form>
    </Dialog>
  )
}
