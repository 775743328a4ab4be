import { expect, test } from 'bun:test'
import { start } from './telltale.ts'

test('the binary answers an agent over MCP on its port', async () => {
  const server = await start()
  try {
    const ask = async (method: string, params: unknown = {}) => {
      const response = await fetch(`${server.apiUrl}/mcp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      })
      return { status: response.status, body: (await response.json()) as any }
    }
    const listed = await ask('tools/list')
    expect([listed.status, listed.body.error]).toEqual([200, undefined])
    expect(listed.body.result.tools.map(({ name }: { name: string }) => name).toSorted()).toEqual([
      'costs',
      'errors',
      'observe',
      'search',
      'session_detail',
      'sessions',
      'sql',
      'stats',
      'tools',
    ])
    const called = await ask('tools/call', { name: 'stats', arguments: {} })
    expect(called.body.result.isError ?? false).toBe(false)
  } finally {
    await server.dispose()
  }
})
