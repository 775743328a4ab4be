import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { hookToTelemetry } from '#importers/hooks.ts'
import { noTelemetry } from '#proto/telemetry.ts'
import { openTestApi, type TestApi } from '../testing.ts'

let t: TestApi
beforeEach(async () => {
  t = await openTestApi()
})
afterEach(() => t.close())

const second = 1_000_000_000n
const now = () => BigInt(Date.now()) * 1_000_000n

/** One hook call of an agent, some seconds ago. */
async function hook(tool: string, event: string, secondsAgo: number, fields: object = {}, session = 's1') {
  const payload = { session_id: session, hook_event_name: event, ...fields }
  const telemetry = hookToTelemetry(tool, payload, now() - BigInt(secondsAgo) * second)!
  await t.core.ingest.submit(telemetry, { source: 'hook', bytes: 100 })
}

/** A model request of the main agent, as the agent's telemetry tells it. */
async function request(secondsAgo: number, fields: object = {}, session = 's1') {
  const call = {
    source: 'otlp_logs' as const,
    tool: 'claude-code',
    observationId: crypto.randomUUID(),
    keys: [`request:${crypto.randomUUID()}`],
    sessionId: session,
    timeUnixNano: now() - BigInt(secondsAgo) * second,
    model: 'claude-sonnet-4-5-20250929',
    status: 'ok' as const,
    quality: 'exact' as const,
    inputTokens: 1_000,
    cacheReadTokens: 90_000,
    cacheWriteTokens: 8_000,
    outputTokens: 1_000,
    ...fields,
  }
  await t.core.ingest.submit({ ...noTelemetry(), calls: [call] }, { source: 'otlp_logs', bytes: 100 })
}

async function running(): Promise<any[]> {
  const { status, body } = await t.ask('/api/running')
  expect(status).toBe(200)
  return body.sessions
}

const bash = { tool_name: 'Bash', tool_use_id: 't1', tool_input: { command: 'make test' } }

describe('a session that runs', () => {
  test('tells the tool that runs from its announcement to its end', async () => {
    await hook('claude-code', 'UserPromptSubmit', 20, { prompt: 'mend the tests', prompt_id: 'p1' })
    expect(await running()).toMatchObject([{ sessionId: 's1', doing: 'thinking', prompt: 'mend the tests' }])
    await hook('claude-code', 'PreToolUse', 10, bash)
    const [during] = await running()
    expect(during).toMatchObject({ doing: 'tool', toolName: 'Bash', openTools: 1, status: 'active' })
    expect(during.toolInput).toContain('make test')
    expect(Date.now() - Date.parse(during.since)).toBeGreaterThanOrEqual(10_000)
    await hook('claude-code', 'PostToolUse', 2, { ...bash, tool_response: { stdout: 'ok' }, duration_ms: 8000 })
    const [after] = await running()
    expect(after).toMatchObject({ doing: 'thinking', openTools: 0 })
    expect(after.toolName).toBeUndefined()
    await hook('claude-code', 'Stop', 1, { last_assistant_message: 'all pass', prompt_id: 'p1' })
    expect(await running()).toMatchObject([{ doing: 'idle' }])
    await hook('claude-code', 'SessionEnd', 0)
    expect(await running()).toEqual([])
  })

  test('waits for a permission until a person has decided, also longer than a session is active without a word', async () => {
    await hook('claude-code', 'PreToolUse', 1201, bash)
    await hook('claude-code', 'PermissionRequest', 1200, { tool_name: 'Bash' })
    const [waiting] = await running()
    expect(waiting).toMatchObject({ doing: 'permission', toolName: 'Bash' })
    expect(Date.now() - Date.parse(waiting.since)).toBeGreaterThanOrEqual(1_199_000)
    // The notification tells the same question once more.
    await hook('claude-code', 'Notification', 1190, {
      notification_type: 'permission_prompt',
      message: 'Claude needs your permission to use Bash',
    })
    expect(await running()).toMatchObject([{ doing: 'permission', toolName: 'Bash' }])
    await hook('claude-code', 'PostToolUse', 3, { ...bash, tool_response: { stdout: 'ok' }, duration_ms: 100 })
    expect(await running()).toMatchObject([{ doing: 'thinking' }])
  })

  test('does not wait any more when the question was refused or the person asked for something else', async () => {
    await hook('claude-code', 'PreToolUse', 30, bash)
    await hook('claude-code', 'PermissionRequest', 29, { tool_name: 'Bash' })
    await hook('claude-code', 'PermissionDenied', 20, { ...bash, reason: 'no' })
    expect((await running())[0].doing).not.toBe('permission')
    await hook('claude-code', 'PreToolUse', 30, { ...bash, tool_use_id: 't2' }, 's2')
    await hook('claude-code', 'PermissionRequest', 29, { tool_name: 'Bash' }, 's2')
    await hook('claude-code', 'UserPromptSubmit', 5, { prompt: 'leave it', prompt_id: 'p2' }, 's2')
    expect((await running()).find(({ sessionId }) => sessionId === 's2')).toMatchObject({
      doing: 'thinking',
      prompt: 'leave it',
      openTools: 0,
    })
  })

  test('of an agent whose hooks name no call runs a tool until one of its name is done', async () => {
    const shell = { tool_name: 'run_shell_command', tool_input: { command: 'ls' } }
    await hook('gemini', 'BeforeTool', 8, shell)
    expect(await running()).toMatchObject([{ tool: 'gemini', doing: 'tool', toolName: 'run_shell_command' }])
    await hook('gemini', 'Notification', 7, { notification_type: 'ToolPermission', details: { type: 'exec' } })
    expect(await running()).toMatchObject([{ doing: 'permission', toolName: 'run_shell_command' }])
    await hook('gemini', 'AfterTool', 2, { ...shell, tool_response: { llmContent: 'a b' } })
    expect(await running()).toMatchObject([{ doing: 'thinking' }])
  })

  test('shows how full its context is by the main agent’s last request, never by a side call or a subagent', async () => {
    await hook('claude-code', 'UserPromptSubmit', 60, { prompt: 'go', prompt_id: 'p1' })
    await request(50)
    await request(40, { querySource: 'auxiliary', model: 'claude-haiku-4-5', inputTokens: 10, cacheReadTokens: 0 })
    await request(30, { querySource: 'subagent', agentId: 'a1', inputTokens: 20, cacheReadTokens: 0 })
    const [session] = await running()
    expect(session).toMatchObject({ contextTokens: 100_000, contextWindow: 200_000 })
    expect(session.costUsd).toBeGreaterThan(0)
  })

  test('has no window when its requests hold more than the table says, or nobody knows the model', async () => {
    await request(20, { cacheReadTokens: 400_000 })
    await request(20, { model: 'made-up-model' }, 's2')
    for (const session of await running()) {
      expect(session.contextTokens).toBeGreaterThan(0)
      expect(session.contextWindow).toBeUndefined()
    }
  })
})

test('nothing runs in an empty database, and what was hours ago does not run', async () => {
  expect(await running()).toEqual([])
  await hook('claude-code', 'PreToolUse', 7200, bash)
  await request(7200)
  expect(await running()).toEqual([])
})
