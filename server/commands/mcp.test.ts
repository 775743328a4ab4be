import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'

const home = mkdtempSync(join(tmpdir(), 'telltale-mcp-'))
const client = new Client({ name: 'test', version: '1' })
beforeAll(() =>
  client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [join(import.meta.dir, '../main.ts'), 'mcp', '--home', home],
      stderr: 'inherit',
    }) as never,
  ),
)
afterAll(async () => {
  await client.close()
  rmSync(home, { recursive: true, force: true })
})

test('the official client asks over standard input and output, with no server running', async () => {
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toContain('session_detail')
  // Together: without a server each opens the database, one after the other.
  const answers = await Promise.all(
    ['stats', 'observe', 'costs'].map((name) => client.callTool({ name, arguments: {} })),
  )
  for (const { isError, content } of answers) {
    expect(isError).toBeUndefined()
    expect(JSON.stringify(content)).toContain('untrusted data')
  }
  expect(JSON.stringify(answers[0]!.content)).toContain('\\"callCount\\":0')
})
