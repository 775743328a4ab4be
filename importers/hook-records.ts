// hook-records.ts: what a hook call tells, whichever agent made it: sessions, prompts, tool calls, answers, notes.
import { type MessageRecord, noTelemetry, type Telemetry, type ToolCallObservation } from '#proto/telemetry.ts'
import { commitsOf, pullRequestsOf } from './git-commits.ts'
import { gitHead, projectOf } from './git-folder.ts'
import { startedAt } from './record-time.ts'

/** What every call of one agent's hook has. */
export type HookCall = {
  tool: string
  serviceName: string
  sessionId: string
  time: bigint
  cwd: string | undefined
  promptId: string | undefined
  agentId: string | undefined
  agent: string | undefined
  parentSessionId?: string | undefined
}

/** A finished or failed tool call. */
export type ToolOutcome = {
  /** Unknown where an agent does not say how a command ended. */
  success: boolean | undefined
  output: string
  durationMs?: number | undefined
  errorMessage?: string | undefined
  linesAdded?: number | undefined
  linesRemoved?: number | undefined
  diff?: string | undefined
  /** The shell command, where the tool is one, and what it printed. */
  command?: string | undefined
  printed?: string | undefined
}

const pendingMax = 2000

/**
 * Tool calls that were announced and are not done, by session and call: only between hook calls can be seen how long a
 * person took to allow one. Lost in a restart, which costs this one number.
 */
class Pending {
  readonly #calls = new Map<string, { toolName: string; askedAt?: bigint }>()

  begin(key: string, toolName: string): void {
    this.#calls.set(key, { toolName })
    if (this.#calls.size > pendingMax) this.#calls.delete(this.#calls.keys().next().value as string)
  }

  /** A permission is asked for: of this call, else of the last announced one of that tool in the session. */
  ask(session: string, callId: string | undefined, toolName: string, time: bigint): string | undefined {
    const keys = callId ? [keyOf(session, callId)] : [...this.#calls.keys()].reverse()
    for (const key of keys) {
      const call = this.#calls.get(key)
      if (!call || !key.startsWith(`${session}\n`) || (!callId && call.toolName !== toolName)) continue
      call.askedAt ??= time
      return key.slice(session.length + 1)
    }
    return undefined
  }

  /** The call is over; how long it waited for a permission, if it did. */
  end(key: string, time: bigint, durationMs: number): number | undefined {
    const call = this.#calls.get(key)
    this.#calls.delete(key)
    if (call?.askedAt === undefined) return undefined
    return Math.max(0, Number((time - call.askedAt) / 1_000_000n) - durationMs)
  }
}

const pending = new Pending()
const keyOf = (sessionId: string, callId: string) => `${sessionId}\n${callId}`

/** Builds what one hook call says. */
export class HookRecords {
  readonly telemetry: Telemetry = noTelemetry()
  readonly #call: HookCall
  #order = 0

  constructor(call: HookCall) {
    this.#call = call
  }

  /** Every call shows that the session is alive and where it runs. */
  seen(): this {
    const { tool, serviceName, sessionId, time, cwd, parentSessionId } = this.#call
    this.telemetry.sessions.push({
      source: 'hook',
      tool,
      sessionId,
      serviceName,
      lastTimeUnixNano: time,
      ...(parentSessionId ? { parentSessionId } : {}),
      ...(cwd ? { cwd, project: projectOf(cwd) as string } : {}),
    })
    return this
  }

  started(): this {
    const { commit, branch } = this.#git()
    this.#session({
      startTimeUnixNano: this.#call.time,
      ended: false,
      ...(commit ? { commitAtStart: commit } : {}),
      ...(branch ? { branch } : {}),
    })
    return this
  }

  ended(): this {
    const { commit, branch } = this.#git()
    this.#session({ ended: true, ...(commit ? { commitAtEnd: commit } : {}), ...(branch ? { branch } : {}) })
    return this
  }

  message(key: string, fields: Partial<MessageRecord> & Pick<MessageRecord, 'role'>): this {
    const { tool, sessionId, time, promptId, agentId } = this.#call
    this.telemetry.messages.push({
      source: 'hook',
      tool,
      sessionId,
      messageKey: key,
      sequence: this.#order++,
      timeUnixNano: time,
      content: '',
      ...(promptId ? { promptId } : {}),
      ...(agentId ? { agentId } : {}),
      ...fields,
    })
    return this
  }

  toolAsked(callId: string, toolName: string, input: string): this {
    pending.begin(keyOf(this.#call.sessionId, callId), toolName)
    this.#toolCall({ callId, toolName, input })
    return this.message(`tool:${callId}`, { role: 'tool_use', toolName, toolUseId: callId, toolInput: input })
  }

  /**
   * A person is asked whether a call may run. The message's key names the call where it is known: two hooks that tell of one
   * question are one, and whoever looks for sessions that wait finds what they wait for.
   */
  permissionAsked(callId: string | undefined, toolName: string): this {
    const { sessionId, time } = this.#call
    const asked = pending.ask(sessionId, callId, toolName, time) ?? callId
    return this.message(`permission:${asked ?? time}`, {
      role: 'system',
      content: toolName ? `Asks for permission: ${toolName}` : 'Asks for permission',
      ...(toolName ? { toolName } : {}),
    })
  }

  refused(callId: string, toolName: string, reason: string | undefined): this {
    this.#toolCall({
      callId,
      toolName,
      decision: 'reject',
      success: false,
      ...(reason ? { errorMessage: reason } : {}),
    })
    return this
  }

  toolDone(callId: string, toolName: string, input: string, outcome: ToolOutcome): this {
    const { time, sessionId, promptId } = this.#call
    const { success, output, durationMs, errorMessage, linesAdded, linesRemoved, diff, command, printed } = outcome
    const blockedMs = pending.end(keyOf(sessionId, callId), time, durationMs ?? 0)
    const began = startedAt(time, durationMs)
    this.#toolCall({
      callId,
      toolName,
      input,
      output: output.slice(0, 16_384),
      timeUnixNano: began,
      ...known({ success, durationMs, blockedMs, linesAdded, linesRemoved, errorMessage }),
    })
    this.message(`result:${callId}`, {
      role: 'tool_result',
      toolName,
      toolUseId: callId,
      toolOutput: output,
      parentKey: `tool:${callId}`,
      ...known({ success, durationMs, diff, promptId }),
    })
    if (success !== false && command) this.#commits(command, printed ?? output)
    return this
  }

  #commits(command: string, output: string): void {
    const { tool, sessionId, time, cwd } = this.#call
    const common = { source: 'hook' as const, tool, sessionId, timeUnixNano: time }
    const project = projectOf(cwd)
    for (const { hash, subject, branch } of commitsOf(command, output))
      this.telemetry.commits.push({ ...common, kind: 'commit', hash, subject, ...known({ branch, project }) })
    for (const { hash, repository } of pullRequestsOf(command, output))
      this.telemetry.commits.push({ ...common, kind: 'pull_request', hash, project: repository })
  }

  #toolCall(fields: Partial<ToolCallObservation> & Pick<ToolCallObservation, 'callId' | 'toolName'>): void {
    const { tool, serviceName, sessionId, time, cwd, promptId, agentId, agent } = this.#call
    const server = /^mcp__(.+?)__/.exec(fields.toolName)?.[1]
    this.telemetry.toolCalls.push({
      source: 'hook',
      tool,
      sessionId,
      serviceName,
      timeUnixNano: time,
      querySource: agentId ? 'subagent' : 'main',
      ...known({ project: projectOf(cwd), promptId, agentId, agent, mcpServer: server }),
      ...fields,
    })
  }

  #session(facts: Partial<Telemetry['sessions'][number]>): void {
    const { tool, serviceName, sessionId, time } = this.#call
    this.telemetry.sessions.push({ source: 'hook', tool, sessionId, serviceName, lastTimeUnixNano: time, ...facts })
  }

  #git(): { branch?: string; commit?: string } {
    return this.#call.cwd ? gitHead(this.#call.cwd) : {}
  }
}

/** Fields that are known; an unknown one must not stand in the way of another door's. */
function known<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}
