// compacting.ts: a server that writes its file anew again and again, until it is told to stop or is there no more.
import type { Running } from '../telltale.ts'

export async function compactAgain(server: Running, going: () => boolean): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  while (going()) {
    const asked = fetch(`${server.apiUrl}/api/compact`, { method: 'POST', headers, body: '{}' })
    await asked.then((answer) => answer.text()).catch(() => Bun.sleep(10))
  }
}
