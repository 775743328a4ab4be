// tokens.tsx: who may send to this server, read from it, or change it: bearer tokens, each shown once.
import { KeyRound } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { createToken, revokeToken, tokens } from '../api.ts'
import { ErrorState } from '../components/error-state.tsx'
import { Panel } from '../components/panel.tsx'
import { useAnswer } from '../lib/answers.ts'
import { useNow } from '../lib/now.ts'
import { oneLine } from '../lib/safe-text.ts'
import { ago, toMs } from '../lib/time.ts'
import { useSettings } from '../settings.ts'
import { logIn } from '../token.ts'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Input } from '../ui/input.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'

const scopes = [
  { value: 'ingest', label: 'Send records' },
  { value: 'read', label: 'Read' },
  { value: 'admin', label: 'Change everything' },
] as const
type Scope = (typeof scopes)[number]['value']

export function Tokens() {
  const answer = useAnswer(tokens())
  const zone = useSettings((settings) => settings.zone)
  const now = useNow(10_000)
  const [failure, setFailure] = useState<string>()
  if (answer.error && !answer.data)
    return <ErrorState what="The tokens could not be read." error={answer.error} retry={answer.retry} />
  const data = answer.data
  async function revoke(id: string) {
    setFailure(undefined)
    try {
      await revokeToken(id)
      answer.retry()
    } catch (thrown) {
      setFailure(thrown instanceof Error ? thrown.message : String(thrown))
    }
  }
  return (
    <div className="flex max-w-3xl flex-col gap-4">
      <Panel title="Tokens" note={data?.required ? 'every caller needs one' : 'nobody needs one yet'} testId="tokens">
        {failure && (
          <p role="alert" className="px-3 pb-2 text-error">
            {failure}
          </p>
        )}
        {!data ? (
          <SkeletonRows rows={2} />
        ) : data.tokens.length === 0 ? (
          <p className="px-3 pb-3 text-muted">
            A server that only this machine reaches needs none. Make one before others send here or look in.
          </p>
        ) : (
          <ul>
            {data.tokens.map((token) => (
              <li
                key={token.id}
                data-testid={`token-${token.id}`}
                className="flex items-center gap-3 px-3 py-2 hairline-t"
              >
                <KeyRound aria-hidden className="size-4 shrink-0 text-muted" />
                <span className="flex min-w-0 flex-1 flex-col">
                  <span className={token.revokedAt ? 'truncate text-muted line-through' : 'truncate font-semibold'}>
                    <bdi>{oneLine(token.name, 120)}</bdi>
                  </span>
                  <span className="truncate text-12 text-muted">
                    {[
                      token.scopes.join(', '),
                      token.user && oneLine(token.user, 120),
                      `made ${ago(toMs(token.createdAt), now, zone)}`,
                    ]
                      .filter(Boolean)
                      .join(' · ')}
                  </span>
                </span>
                {token.revokedAt ? (
                  <span className="text-12 text-muted">revoked {ago(toMs(token.revokedAt), now, zone)}</span>
                ) : (
                  <Button size="small" onClick={() => void revoke(token.id)} data-testid="token-revoke">
                    Revoke
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Panel>
      {data && <NewToken isFirst={!data.required} onMade={answer.retry} />}
    </div>
  )
}

function NewToken({ isFirst, onMade }: { isFirst: boolean; onMade(): void }) {
  const [name, setName] = useState('')
  const [user, setUser] = useState('')
  const [chosen, setChosen] = useState<readonly Scope[]>(isFirst ? ['admin'] : ['ingest'])
  const [made, setMade] = useState<{ token: string; name: string }>()
  const [failure, setFailure] = useState<string>()
  // From the first token on this page needs one, too: it must not shut itself out.
  const locksOut = isFirst && !chosen.includes('admin')
  async function submit(event: FormEvent) {
    event.preventDefault()
    setFailure(undefined)
    try {
      const answer = await createToken({
        name: name.trim(),
        scopes: [...chosen],
        ...(user.trim() ? { user: user.trim() } : {}),
      })
      if (isFirst) await logIn(answer.token)
      setMade(answer)
      setName('')
      setUser('')
      onMade()
    } catch (thrown) {
      setFailure(thrown instanceof Error ? thrown.message : String(thrown))
    }
  }
  return (
    <Panel title="New token" note={isFirst ? 'from the first one on, every caller needs a token' : undefined}>
      <form onSubmit={submit} className="flex flex-col gap-3 px-3 pb-3">
        <div className="grid gap-3 sm:grid-cols-2">
          <label htmlFor="token-name" className="flex flex-col gap-1 text-12 text-muted">
            What for
            <Input
              id="token-name"
              data-testid="token-name"
              placeholder="laptop, CI, Anna"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </label>
          <label htmlFor="token-user" className="flex flex-col gap-1 text-12 text-muted">
            Whose records (may be left out)
            <Input
              id="token-user"
              data-testid="token-user"
              value={user}
              onChange={(event) => setUser(event.target.value)}
            />
          </label>
        </div>
        <fieldset className="flex flex-wrap gap-x-4" aria-label="What it may do">
          {scopes.map(({ value, label }) => (
            <Checkbox
              key={value}
              label={label}
              checked={chosen.includes(value)}
              onChange={(checked) => setChosen(checked ? [...chosen, value] : chosen.filter((one) => one !== value))}
            />
          ))}
        </fieldset>
        <div className="flex items-center gap-2">
          <span className="min-w-0 flex-1 text-12 text-warn" role={failure ? 'alert' : undefined}>
            {failure ?? (locksOut ? 'The first one must be able to change everything, or this page is shut out.' : '')}
          </span>
          <Button
            type="submit"
            look="solid"
            disabled={name.trim() === '' || chosen.length === 0 || locksOut}
            data-testid="token-create"
          >
            Make the token
          </Button>
        </div>
      </form>
      {made && (
        <div role="status" data-testid="token-made" className="flex flex-col gap-1 bg-surface px-3 py-3 hairline-t">
          <p className="font-semibold">The token of {oneLine(made.name, 80)}. It is shown this once.</p>
          <div className="flex items-center gap-2">
            <code className="min-w-0 flex-1 text-12 break-all">{made.token}</code>
            <CopyButton text={made.token} label="Copy the token" />
          </div>
        </div>
      )}
    </Panel>
  )
}
