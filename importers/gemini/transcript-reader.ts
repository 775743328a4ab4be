// transcript-reader.ts: the records of one Gemini CLI chat → session, requests, tool calls, messages, commits.
import type { Skipped, TranscriptFile, TranscriptLine, TranscriptReader, TranscriptSlice } from '#proto/agent.ts'
import type { Attribution, MessageRecord, ToolCallObservation } from '#proto/telemetry.ts'
import { type ActiveState, ActiveTime } from '../active-time.ts'
import { compacted } from '../compaction.ts'
import { commitsOf, pullRequestsOf } from '../git-commits.ts'
import { projectOf } from '../git-folder.ts'
import { eachRecord } from '../json-lines.ts'
import { arrayOf, countOf, dictionary, isObject, type JsonObject, objectOf, spelled, textOf } from '../json-values.ts'
import { RecordBatch } from '../record-batch.ts'
import { nanosOf, RecordTimes } from '../record-time.ts'
import { recordKey, usageKey } from './keys.ts'
import { chatPlace, projectRoot } from './transcript-places.ts'
import { contentText, countsOf, editOf, exitCode, resultText, serverOf, unfinished } from './transcript-values.ts'

const tool = 'gemini'

/** Records in the program's own name. */
const notes = new Set(['info', 'error', 'warning'])

type State = {
  time?: string
  sessionId?: string
  agentId?: string
  cwd?: string
  promptId?: string
  /** Something was said: a change of `messages` now writes the same history again. */
  told?: true
  /** When the chat began anew with its history (ns). */
  replayed?: string
  active: ActiveState
}

/** A history is written again within milliseconds; nobody asks anything so soon after. */
const replayNs = 1_000_000_000n

/** Reads records of a chat, whichever way the file holds them. */
export type ChatReader = {
  accept(record: JsonObject, line: number, lost: (reason: string) => void): void
  slice(): TranscriptSlice
  state: State
}

export function chatReader(file: TranscriptFile, stored: unknown): ChatReader {
  const given = isObject(stored) ? (structuredClone(stored) as Partial<State>) : {}
  const place = chatPlace(file.path)
  const state: State = { cwd: projectRoot(file.path), ...given, active: given.active ?? { done: 0 } }
  const times = new RecordTimes(file.modifiedUnixNano, state.time === undefined ? undefined : BigInt(state.time))
  let batch = new RecordBatch(tool)
  let skipped: Skipped[] = []
  let unknown = dictionary<number>()

  /** A subagent's chat lies in a folder of its parent's session, which is also the one its telemetry names. */
  const sessionId = () => place.parent ?? state.sessionId ?? place.name

  function accept(record: JsonObject, line: number, lost: (reason: string) => void): void {
    if (isObject(record.$set)) metadata(record.$set, line, lost)
    else if (record.$rewindTo !== undefined) return
    else if (textOf(record.type) && textOf(record.id)) message(record, line, lost)
    else if (textOf(record.sessionId)) metadata(record, line, lost)
    else strange(record)
  }

  function strange(record: JsonObject): void {
    const type = textOf(record.type) ?? '(none)'
    unknown[type] = (unknown[type] ?? 0) + 1
  }

  /** The first line, and later changes of it; of a changed history only requests may be new. */
  function metadata(record: JsonObject, line: number, lost: (reason: string) => void): void {
    const own = textOf(record.sessionId)
    if (own && place.parent) state.agentId ??= own
    else if (own) state.sessionId ??= own
    const folder = textOf(arrayOf(record.directories)[0])
    if (folder) state.cwd = folder
    const again = state.told
    for (const item of arrayOf(record.messages))
      if (isObject(item)) {
        if (!again || countsOf(item.tokens)) message(item, line, lost)
        else compression(item, line, lost)
      }
    if (place.parent) return
    const started = nanosOf(record.startTime)
    const summary = textOf(record.summary)
    if (started === undefined && !summary && !folder) return
    batch.session(sessionId(), {
      serviceName: 'gemini-cli',
      cwd: state.cwd,
      project: projectOf(state.cwd),
      title: summary,
      startTimeUnixNano: started,
      lastTimeUnixNano: started,
    })
  }

  /** A history that was summed up begins with its summary. */
  function compression(record: JsonObject, line: number, lost: (reason: string) => void): void {
    if (record.type !== 'user' || !/^\s*<state_snapshot>/.test(contentText(record.content))) return
    const { time, replaced } = times.of(record.timestamp)
    if (replaced) lost(replaced)
    const { messageKey, role, content } = compacted(textOf(record.id) ?? `${line}`)
    tell(line, time, messageKey, { role, content })
  }

  function message(record: JsonObject, line: number, lost: (reason: string) => void): void {
    const { time, replaced } = times.of(record.timestamp)
    if (replaced) lost(replaced)
    const type = textOf(record.type) ?? ''
    if (isReplayed(record, time)) return
    if (type === 'user') userRecord(record, line, time)
    else if (type === 'gemini') answerRecord(record, line, time)
    else if (notes.has(type)) {
      const text = contentText(record.content)
      if (text) tell(line, time, textOf(record.id) as string, { role: 'system', content: text })
    } else strange(record)
  }

  /** What follows at once when a chat is resumed or a turn is cancelled: the history, under new ids and without usage. */
  function isReplayed(record: JsonObject, time: bigint): boolean {
    const since = state.replayed === undefined ? undefined : time - BigInt(state.replayed)
    if (since === undefined || since < 0n || since > replayNs) return false
    return record.type === 'user' || (record.type === 'gemini' && !countsOf(record.tokens))
  }

  function attribution(): Attribution {
    return {
      serviceName: 'gemini-cli',
      project: projectOf(state.cwd),
      agentId: state.agentId,
      querySource: place.parent ? 'subagent' : 'main',
      promptId: state.promptId,
    }
  }

  function tell(
    line: number,
    time: bigint,
    key: string,
    fields: Partial<MessageRecord> & Pick<MessageRecord, 'role'>,
    order = 0,
  ): void {
    batch.message({
      source: 'transcript',
      tool,
      sessionId: sessionId(),
      messageKey: key,
      sequence: line * 256 + Math.min(order, 255),
      timeUnixNano: time,
      content: '',
      ...(state.agentId ? { agentId: state.agentId } : {}),
      ...(state.promptId ? { promptId: state.promptId } : {}),
      ...fields,
    })
  }

  function userRecord(record: JsonObject, line: number, time: bigint): void {
    const id = textOf(record.id) as string
    const text = contentText(record.content)
    // What the program says of the machine, and the results of tools, which the call's own record holds too.
    if (!text || /^\s*<session_context>/.test(text)) {
      const folder = /Workspace Directories:\*\*\s*\n\s*-\s*(.+)/.exec(text)?.[1]?.trim()
      if (folder && !state.cwd) state.cwd = folder
      if (text && state.told) state.replayed = String(time)
      return
    }
    state.told = true
    batch.seen(sessionId(), time)
    if (!place.parent) {
      state.promptId = id
      new ActiveTime(state.active).begin(time)
    }
    tell(line, time, id, { role: 'user', content: text })
  }

  function answerRecord(record: JsonObject, line: number, time: bigint): void {
    const id = textOf(record.id) as string
    const model = textOf(record.model)
    const counts = countsOf(record.tokens)
    const common = { model, ...(counts ? { callMessageId: id } : {}) }
    state.told = true
    batch.seen(sessionId(), time)
    if (counts) {
      batch.call({
        source: 'transcript',
        tool,
        sessionId: sessionId(),
        observationId: `${sessionId()}:${id}`,
        keys: [recordKey(id)],
        weakKey: usageKey(countOf(objectOf(record.tokens).input), countOf(objectOf(record.tokens).output)),
        timeUnixNano: time,
        status: 'ok',
        model: model ?? '',
        provider: 'google',
        messageId: id,
        quality: 'exact',
        ...counts,
        ...attribution(),
      })
    }
    arrayOf(record.thoughts).forEach((value, index) => {
      const { subject, description } = objectOf(value)
      const content = [textOf(subject) && `**${subject}**`, textOf(description)].filter(Boolean).join('\n\n')
      if (content) tell(line, time, `${id}:thought:${index}`, { role: 'thinking', content, ...common }, index)
    })
    const text = contentText(record.content)
    if (text) tell(line, time, id, { role: 'assistant', content: text, ...common }, 64)
    arrayOf(record.toolCalls).forEach((value, index) => {
      toolCall(objectOf(value), line, time, id, index, common)
    })
    if (!place.parent) new ActiveTime(state.active).touch(time)
  }

  function toolCall(
    call: JsonObject,
    line: number,
    asked: bigint,
    messageId: string,
    index: number,
    common: Pick<MessageRecord, 'model' | 'callMessageId'>,
  ): void {
    const callId = textOf(call.id)
    const toolName = textOf(call.name) ?? ''
    if (!callId) return
    const args = objectOf(call.args)
    const input = spelled(call.args ?? {})
    const done = nanosOf(call.timestamp)
    const output = resultText(call.result)
    const finished = textOf(call.status) !== undefined && !unfinished.has(call.status as string)
    const success = finished ? call.status === 'success' && exitCode(toolName, output) === 0 : undefined
    const durationMs = done !== undefined && done >= asked ? Number((done - asked) / 1_000_000n) : undefined
    const edit = success ? editOf(call.resultDisplay) : undefined
    const observation: ToolCallObservation = {
      source: 'transcript',
      tool,
      sessionId: sessionId(),
      callId,
      messageId,
      toolName,
      timeUnixNano: asked,
      input,
      filePath: textOf(args.file_path) ?? textOf(args.absolute_path) ?? textOf(args.path),
      ...attribution(),
      ...(finished ? { output, success, durationMs } : {}),
      ...(success === false ? { errorMessage: output.slice(0, 2000) } : {}),
      ...(call.status === 'cancelled' ? { decision: 'reject' } : {}),
      ...(edit ? { linesAdded: edit.added, linesRemoved: edit.removed } : {}),
      ...serverOf(call, toolName),
    }
    batch.toolCall(observation)
    const order = 65 + index * 2
    tell(
      line,
      asked,
      `tool:${callId}`,
      { role: 'tool_use', toolName, toolUseId: callId, toolInput: input, ...common },
      order,
    )
    if (!finished) return
    const time = done ?? asked
    batch.seen(sessionId(), time)
    if (!place.parent) new ActiveTime(state.active).touch(time)
    const result = {
      toolName,
      toolUseId: callId,
      toolOutput: output,
      success,
      durationMs,
      diff: edit?.diff,
      parentKey: `tool:${callId}`,
    }
    tell(line, time, `result:${callId}`, { role: 'tool_result', ...result }, order + 1)
    const command = toolName === 'run_shell_command' ? textOf(args.command) : undefined
    if (command && success) shellResult(command, output, time)
  }

  function shellResult(command: string, output: string, time: bigint): void {
    const common = { source: 'transcript' as const, tool, sessionId: sessionId(), timeUnixNano: time }
    const printed = output.replace(/^<untrusted_context>\n?/, '').replace(/^(?:Output|Stdout): /gm, '')
    for (const { hash, subject, branch } of commitsOf(command, printed))
      batch.commit({ ...common, kind: 'commit', hash, subject, branch, project: projectOf(state.cwd) })
    for (const { hash, repository } of pullRequestsOf(command, output))
      batch.commit({ ...common, kind: 'pull_request', hash, project: repository })
  }

  function slice(): TranscriptSlice {
    if (times.last !== undefined) state.time = String(times.last)
    const { totalMs } = new ActiveTime(state.active)
    if (totalMs > 0) batch.session(sessionId(), { activeMs: totalMs })
    const made = { telemetry: batch.build(), skipped, ...(Object.keys(unknown).length > 0 ? { unknown } : {}) }
    batch = new RecordBatch(tool)
    skipped = []
    unknown = dictionary<number>()
    return made
  }

  return { accept, slice, state }
}

/** The append-only form: a line is a record, a change, or a step back. */
export function linesReader(file: TranscriptFile, stored: unknown): TranscriptReader {
  const reader = chatReader(file, stored)
  return {
    read(lines: TranscriptLine[]) {
      const skipped: Skipped[] = []
      for (const { text, line } of lines) {
        const lost = (reason: string) => skipped.push({ line, reason })
        eachRecord(text, (record) => reader.accept(record, line, lost), lost)
      }
      const slice = reader.slice()
      return { ...slice, skipped: [...slice.skipped, ...skipped] }
    },
    state: () => reader.state,
  }
}
