// late-screen.tsx: a screen whose program is loaded when it is first visited.
import { type ComponentType, useEffect, useState } from 'react'
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

/** The program of a screen. */
export type Program = {
  /** The screen, once it is there. */
  component: ComponentType | undefined
  /** Loads it, once; what failed is tried again the next time. */
  load(): Promise<ComponentType>
}

export function program(load: () => Promise<ComponentType>): Program {
  let loading: Promise<ComponentType> | undefined
  async function run() {
    try {
      own.component = await patiently(load)
      return own.component
    } catch (error) {
      loading = undefined
      throw error
    }
  }
  const own: Program = {
    component: undefined,
    load() {
      loading ??= run()
      return loading
    },
  }
  return own
}

/**
 * Shows a screen as soon as its program is there. React's `lazy` would do, but keeps what it shows meanwhile for 300 ms once that
 * stands: a screen whose files were there asked its first question 300 ms after the frame around it had asked its own.
 */
export function LateScreen({ of }: { of: Program }) {
  const [state, setState] = useState<{ Screen?: ComponentType | undefined; failure?: unknown }>({
    Screen: of.component,
  })
  useEffect(() => {
    if (state.Screen) return
    of.load().then(
      (Screen) => setState({ Screen }),
      (failure) => setState({ failure }),
    )
  }, [of, state.Screen])
  if ('failure' in state) throw state.failure
  return state.Screen ? <state.Screen /> : <Loading />
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
