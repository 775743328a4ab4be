// alert-channels.tsx: who hears when a budget is reached: this page always, the desktop and one address when asked for.
import { type FormEvent, useState } from 'react'
import { saveWebhook, tryWebhook, webhook } from '../api.ts'
import { Panel } from '../components/panel.tsx'
import { useAnswer } from '../lib/answers.ts'
import { useNow } from '../lib/now.ts'
import { ago, toMs } from '../lib/time.ts'
import { useSettings } from '../settings.ts'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { Input } from '../ui/input.tsx'

export function AlertChannels() {
  return (
    <Panel title="Alerts" note="a budget that is reached shows on every screen; who else hears of it">
      <Desktop />
      <Webhook />
    </Panel>
  )
}

function Desktop() {
  const { desktopAlerts, set } = useSettings()
  const [refused, setRefused] = useState(false)
  async function change(wanted: boolean) {
    if (!wanted) return set({ desktopAlerts: false })
    if (typeof Notification === 'undefined') return setRefused(true)
    const allowed = Notification.permission === 'granted' || (await Notification.requestPermission()) === 'granted'
    setRefused(!allowed)
    set({ desktopAlerts: allowed })
  }
  return (
    <div className="flex flex-wrap items-center gap-x-3 px-3 py-1 hairline-t">
      <Checkbox
        label="Desktop notification from this browser, while the page is open"
        checked={desktopAlerts}
        onChange={(checked) => void change(checked)}
      />
      {refused && (
        <span role="alert" className="text-12 text-warn">
          The browser does not allow it; allow notifications of this page in its settings.
        </span>
      )}
    </div>
  )
}

function Webhook() {
  const answer = useAnswer(webhook())
  const zone = useSettings((settings) => settings.zone)
  const now = useNow(10_000)
  const [url, setUrl] = useState('')
  const [told, setTold] = useState<{ ok: boolean; message: string }>()
  const [busy, setBusy] = useState(false)
  const present = answer.data?.webhook ?? null

  async function doing(work: () => Promise<{ ok: boolean; message: string } | undefined>) {
    setBusy(true)
    setTold(undefined)
    try {
      setTold(await work())
    } catch (thrown) {
      setTold({ ok: false, message: thrown instanceof Error ? thrown.message : String(thrown) })
    } finally {
      setBusy(false)
      answer.retry()
    }
  }
  const save = (next: string | null) =>
    doing(async () => {
      await saveWebhook(next)
      setUrl('')
      return undefined
    })
  function submit(event: FormEvent) {
    event.preventDefault()
    if (url.trim() !== '') void save(url.trim())
  }
  const last = answer.data?.last
  return (
    <div className="flex flex-col gap-2 px-3 py-3 hairline-t" data-testid="webhook">
      <p className="text-12 text-muted">
        Webhook: the server posts JSON to one address of yours (Slack, Discord, Mattermost, a script). Without one,
        nothing ever leaves this machine.
      </p>
      {present === null ? (
        <form onSubmit={submit} className="flex flex-wrap gap-2">
          <Input
            aria-label="Address of the webhook"
            placeholder="https://…"
            type="url"
            value={url}
            data-testid="webhook-url"
            onChange={(event) => setUrl(event.target.value)}
            className="min-w-48 flex-1"
          />
          <Button type="submit" disabled={busy || url.trim() === ''} data-testid="webhook-save">
            Use it
          </Button>
        </form>
      ) : (
        <div className="flex flex-wrap items-center gap-2">
          <code className="min-w-0 flex-1 truncate text-12" data-testid="webhook-present">
            {present}
          </code>
          <Button disabled={busy} onClick={() => void doing(tryWebhook)} data-testid="webhook-try">
            Send a try
          </Button>
          <Button disabled={busy} onClick={() => void save(null)} data-testid="webhook-remove">
            Remove
          </Button>
        </div>
      )}
      {told && (
        <p role="status" className={told.ok ? 'text-12 text-ok' : 'text-12 text-error'} data-testid="webhook-told">
          {told.message}
        </p>
      )}
      {!told && last && (
        <p className="text-12 text-muted">
          Last: {last.message}, {ago(toMs(last.time), now, zone)}
        </p>
      )}
    </div>
  )
}
