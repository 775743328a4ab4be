// token.ts: the bearer token of a shared server, kept for this tab only.
import { create } from 'zustand'

const storageKey = 'telltale.token'

function stored(): string {
  try {
    return sessionStorage.getItem(storageKey) ?? ''
  } catch {
    return ''
  }
}

export const useToken = create<{ token: string; wanted: boolean }>()(() => ({ token: stored(), wanted: false }))

export const currentToken = () => useToken.getState().token

/** The server refused us: the shell asks for a token. */
export const tokenWanted = () => useToken.setState({ wanted: true })

/** Takes what the reader typed. */
export function giveToken(token: string) {
  try {
    sessionStorage.setItem(storageKey, token)
  } catch {
    // Then it lasts as long as the page.
  }
  useToken.setState({ token, wanted: false })
}
