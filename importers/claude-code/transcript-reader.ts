// transcript-reader.ts: the lines of one Claude Code file → sessions, requests, tool calls, messages, commits.
import type { Skipped, TranscriptFile, TranscriptLine, TranscriptReader, TranscriptSlice } from '#proto/agent.ts'
import { ActiveTime } from '../active-time.ts'
import { compacted } from '../compaction.ts'
import { projectOf } from '../git-folder.ts'
import { eachRecord } from '../json-lines.ts'
import { countOf, dictionary, type JsonObject, numberOf, objectOf, textOf } from '../json-values.ts'
import { RecordBatch } from '../record-batch.ts'
import { nanosOf, RecordTimes } from '../record-time.ts'
import { assistantLine } from './transcript-assistant.ts'
import { activeTime, type Context, type Line, type Names, retryLine, tell, tool } from './transcript-context.ts'
import { boundedState, claudeState } from './transcript-state.ts'
import { pullRequestLine, userLine } from './transcript-user.ts'

/** Line types without anything for us; a type that is not here and not read is counted as unknown. */
const silent = new Set([
  'attachment',
  'queue-operation',
  'last-prompt',
  'file-history-snapshot',
  'progress',
  'mode',
  'agent-name',
  'agent-color',
  'tag',
  'permission-mode',
  'content-replacement',
  // Since 2.1.2xx: what a request was made of, beside the answer that counts it, and what the program itself remembers.
  'api-request',
  'api-request-blob',
  'api-request-shape',
  'atis-latch',
  // Totals of the process with its side calls and those of subagents, whose own files tell them one by one.
  'cost-state',
  'tools-used',
  'worktree-state',
])

/** Lines that a copy of a history holds. */
const conversation = new Set(['user', 'assistant', 'system'])

export function claudeReader(file: TranscriptFile, stored: unknown, names: Names): TranscriptReader {
  const state = claudeState(stored)
  const times = new RecordTimes(file.modifiedUnixNano, state.time === undefined ? undefined : BigInt(state.time))
  /** Of the lines read so far by this reader: a summary names the end of its conversation by one. */
  const uuids = new Set<string>()

  function read(lines: TranscriptLine[]): TranscriptSlice {
    const context: Context = { state, names, batch: new RecordBatch(tool) }
    const skipped: Skipped[] = []
    const unknown = dictionary<number>()
    for (const { text, line } of lines) {
      const lost = (reason: string) => skipped.push({ line, reason })
      eachRecord(
        text,
        (json) => {
          const { time, replaced } = times.of(json.timestamp)
          if (replaced) lost(replaced)
          notice(json, replaced ? undefined : nanosOf(json.timestamp))
          const type = textOf(json.type) ?? '(none)'
          if (!accept(context, type, lineOf(json, line, time)) && !silent.has(type))
            unknown[type] = (unknown[type] ?? 0) + 1
        },
        lost,
      )
    }
    if (times.last !== undefined) state.time = String(times.last)
    for (const [sessionId, active] of Object.entries(state.active)) {
      const { totalMs } = new ActiveTime(active)
      if (totalMs > 0) context.batch.session(sessionId, { activeMs: totalMs })
    }
    const slice = { telemetry: context.batch.build(), skipped }
    return Object.keys(unknown).length > 0 ? { ...slice, unknown } : slice
  }

  function lineOf(json: JsonObject, number: number, stamp: bigint): Line {
    const uuid = textOf(json.uuid) ?? `line-${number}`
    uuids.add(uuid)
    state.cwd = textOf(json.cwd) ?? state.cwd
    state.branch = textOf(json.gitBranch) ?? state.branch
    return {
      json,
      number,
      // A fork writes the whole history again, times included; one nanosecond makes the original the earlier.
      time: json.sessionKind === 'bg' || state.isFork ? stamp + 1n : stamp,
      sessionId: textOf(json.sessionId) ?? names.sessionId,
      uuid,
      agentId: names.subagent?.agentId ?? textOf(json.agentId) ?? (json.isSidechain === true ? 'sidechain' : undefined),
    }
  }

  /**
   * Notices that the file is a fork. `--fork-session` marks nothing, but what is the file's own stands before the history: a
   * queued prompt or a note that is later than what follows (2.1.197 and 2.1.332), or (2.1.332) which tools were used by then.
   */
  function notice(json: JsonObject, stamp: bigint | undefined): void {
    if (json.type === 'tools-used' && state.began === undefined) state.isFork = true
    if (stamp === undefined) return
    state.began ??= String(stamp)
    if (stamp < BigInt(state.began) && conversation.has(textOf(json.type) ?? '')) state.isFork = true
  }

  /** Whether the type is one that is read. */
  function accept(context: Context, type: string, line: Line): boolean {
    const { json } = line
    switch (type) {
      case 'user':
        sessionFacts(context, line)
        userLine(context, line)
        return true
      case 'assistant':
        sessionFacts(context, line)
        assistantLine(context, line)
        return true
      case 'system':
        sessionFacts(context, line)
        systemLine(context, line)
        return true
      case 'ai-title':
        if (!state.named) title(context, line, textOf(json.aiTitle))
        return true
      case 'custom-title':
        state.named = true
        title(context, line, textOf(json.customTitle))
        return true
      case 'summary':
        // A summary names the end of the conversation it sums up, which is often that of another file.
        if (!state.named && uuids.has(textOf(json.leafUuid) ?? '')) title(context, line, textOf(json.summary))
        return true
      case 'pr-link':
        pullRequestLine(context, line)
        return true
    }
    return false
  }

  return { read, state: () => boundedState(state) }
}

function title({ batch }: Context, line: Line, text: string | undefined): void {
  if (text && !line.agentId) batch.session(line.sessionId, { title: text })
}

function sessionFacts({ batch }: Context, { json, sessionId, time }: Line): void {
  batch.seen(sessionId, time)
  batch.session(sessionId, {
    serviceName: tool,
    cwd: textOf(json.cwd),
    project: projectOf(textOf(json.cwd)),
    branch: textOf(json.gitBranch),
    version: textOf(json.version),
    forkedFrom: textOf(objectOf(json.forkedFrom).sessionId),
  })
}

function systemLine(context: Context, line: Line): void {
  const { json, sessionId } = line
  if (json.subtype === 'turn_duration') {
    const ms = numberOf(json.durationMs)
    if (ms !== undefined && ms >= 0 && !line.agentId) activeTime(context, sessionId).took(ms)
  } else if (json.subtype === 'api_error') {
    retryLine(context, line)
  } else if (json.subtype === 'compact_boundary') {
    const { trigger, preTokens } = objectOf(json.compactMetadata)
    const said = compacted(line.uuid, { trigger: textOf(trigger), before: countOf(preTokens) })
    tell(context, line, said.messageKey, 0, said)
  }
}
