// late-screen.tsx: a screen whose program is loaded when it is first visited.
import { type ComponentType, useEffect, useState, useSyncExternalStore } from 'react'
import { useLive } from './live.ts'

const reloadKey = 'telltale.reloaded'
const reloadAgainMs = 60_000

/** A file of the page is gone: the server is a newer one. A fresh page fits it; once, lest it goes on for ever. */
function afresh(error: unknown): never {
  const last = Number(sessionStorage.getItem(reloadKey) ?? 0)
  if (Date.now() - last > reloadAgainMs) {
    sessionStorage.setItem(reloadKey, String(Date.now()))
    location.reload()
  }
  throw error
}

const lookAgainMs = 500

const isThere = () =>
  fetch('/health').then(
    () => true,
    () => false,
  )

/** A screen that is first visited while the server is gone is there as soon as the server is. */
async function patiently<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    if (await isThere()) afresh(error)
    do await new Promise((resolve) => setTimeout(resolve, lookAgainMs))
    while (!(await isThere()))
    return load().catch(afresh)
  }
}

/** The program of a screen, loaded once. */
export type Program = {
  /** Starts loading it, if nobody has. */
  ahead(): void
  subscribe(listener: () => void): () => void
  loaded(): ComponentType | undefined
  /** Why it could not be loaded; told once, so that the next visit tries again. */
  takeFailure(): { error: unknown } | undefined
}

export function program(load: () => Promise<ComponentType>): Program {
  let component: ComponentType | undefined
  let failure: { error: unknown } | undefined
  let isLoading = false
  const listeners = new Set<() => void>()
  async function run() {
    try {
      component = await patiently(load)
    } catch (error) {
      failure = { error }
    }
    isLoading = false
    for (const listener of listeners) listener()
  }
  const ahead = () => {
    if (isLoading || component) return
    isLoading = true
    void run()
  }
  return {
    ahead,
    subscribe(listener) {
      listeners.add(listener)
      ahead()
      return () => listeners.delete(listener)
    },
    loaded: () => component,
    takeFailure() {
      const taken = failure
      failure = undefined
      return taken
    },
  }
}

/**
 * Shows a screen as soon as its program is there. React's `lazy` would do, but keeps what it shows meanwhile for 300 ms once that
 * stands: a screen whose files were there asked its first question 300 ms after the frame around it had asked its own.
 */
export function LateScreen({ of }: { of: Program }) {
  const Screen = useSyncExternalStore(of.subscribe, of.loaded)
  const [failed, setFailed] = useState<{ error: unknown }>()
  useEffect(() => of.subscribe(() => setFailed(of.takeFailure())), [of])
  if (failed) throw failed.error
  return Screen ? <Screen /> : <Loading />
}

/** A moment on this machine; longer only without a server. */
function Loading() {
  const isLost = useLive((live) => live.state === 'lost')
  return (
    <div className="flex h-full flex-col">
      <div className="h-12 hairline-b" />
      {isLost && (
        <p role="status" data-testid="screen-waits" className="p-4 text-muted">
          This screen was not opened before; it comes when the server is back.
        </p>
      )}
    </div>
  )
}
