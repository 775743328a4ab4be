// token.ts: a shared server wants to know who asks. The token is exchanged for a cookie, which also opens the WebSocket.
import { create } from 'zustand'

export const useToken = create<{ wanted: boolean }>()(() => ({ wanted: false }))

/** The server refused us: the shell asks for a token. */
export const tokenWanted = () => useToken.setState({ wanted: true })

/** Hands the token over; whether it was the right one. */
export async function logIn(token: string): Promise<boolean> {
  const response = await fetch('/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  }).catch(() => undefined)
  if (!response?.ok) return false
  useToken.setState({ wanted: false })
  return true
}
