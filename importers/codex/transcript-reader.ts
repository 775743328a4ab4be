// transcript-reader.ts: the lines of one Codex rollout → session, requests, tool calls, messages, commits.
import type { Skipped, TranscriptFile, TranscriptLine, TranscriptReader, TranscriptSlice } from '#proto/agent.ts'
import type { CallObservation } from '#proto/telemetry.ts'
import { compacted, compactionAgent } from '../compaction.ts'
import { frozen, thawed } from '../frozen-time.ts'
import { projectOf, repositoryOf } from '../git-folder.ts'
import { eachRecord } from '../json-lines.ts'
import { arrayOf, dictionary, type JsonObject, numberOf, objectOf, textOf } from '../json-values.ts'
import { RecordBatch } from '../record-batch.ts'
import { RecordTimes } from '../record-time.ts'
import { responseKey, usageKey } from './keys.ts'
import { pricedTier, serviceTier } from './service-tier.ts'
import { activeTime, attribution, type Context, defaultService, type Entry, tell, tool } from './transcript-context.ts'
import { beganAfter, type Parent, parentOf, totalKey } from './transcript-parent.ts'
import { boundedState, codexState } from './transcript-state.ts'
import { itemDone, toolEvents, toolItems, toolOutput, toolUse } from './transcript-tools.ts'
import { countsOf, type Usage, usageOf, Watermark } from './transcript-usage.ts'

/** Record types without anything for us; a type that is not here and not read is counted as unknown. */
const silent = new Set(['world_state', 'inter_agent_communication_metadata', 'additional_tools', 'ghost_snapshot'])

/** `threadId`: the id in the file's name, for a file whose first line is lost. */
export function codexReader(file: TranscriptFile, stored: unknown, threadId: string): TranscriptReader {
  const state = codexState(stored)
  const times = new RecordTimes(file.modifiedUnixNano, state.time === undefined ? undefined : BigInt(state.time))
  const configured = serviceTier(file.root)
  let parent: Parent | undefined

  function read(lines: TranscriptLine[]): TranscriptSlice {
    const context: Context = { state, batch: new RecordBatch(tool), threadId: state.threadId ?? threadId }
    const skipped: Skipped[] = []
    const unknown = dictionary<number>()
    for (const { text, line } of lines) {
      const lost = (reason: string) => skipped.push({ line, reason })
      eachRecord(
        text,
        (record) => {
          const { time, replaced } = times.of(record.timestamp)
          if (replaced) lost(replaced)
          const { type, payload } = unwrapped(record)
          if (!accept(context, type, { payload, line, time }) && !silent.has(type))
            unknown[type] = (unknown[type] ?? 0) + 1
        },
        lost,
      )
    }
    if (times.last !== undefined) state.time = String(times.last)
    const { totalMs } = activeTime(context)
    if (state.gate === 'open' && totalMs > 0) context.batch.session(context.threadId, { activeMs: totalMs })
    const slice = { telemetry: context.batch.build(), skipped }
    return Object.keys(unknown).length > 0 ? { ...slice, unknown } : slice
  }

  /** Whether the type is one that is read. */
  function accept(context: Context, type: string, entry: Entry): boolean {
    if (type === 'session_meta') {
      meta(context, entry)
      return true
    }
    if (!passesGate(type, entry.payload)) return true
    context.batch.seen(context.threadId, entry.time)
    switch (type) {
      case 'turn_context':
        turn(context, entry)
        return true
      case 'token_usage_record':
        usageRecord(context, entry)
        return true
      case 'compacted': {
        const said = compacted(`${entry.line}`)
        tell(context, entry, said.messageKey, said)
        // Told again with what is known of it now.
        if (state.last) context.batch.call({ ...thawed(state.last), agent: compactionAgent, querySource: 'auxiliary' })
        delete state.last
        return true
      }
      case 'response_item':
        return responseItem(context, entry)
      case 'event_msg':
        return event(context, entry)
    }
    return false
  }

  // ── whose file it is, and what in it is its own ────────────────────────────────────────────────────────────────────

  function meta(context: Context, { payload, time }: Entry): void {
    if (state.threadId) return
    const git = objectOf(payload.git)
    const spawn = objectOf(objectOf(objectOf(payload.source).subagent).thread_spawn)
    const id = textOf(payload.id) ?? threadId
    const parentId = textOf(payload.parent_thread_id) ?? textOf(spawn.parent_thread_id)
    const forkedFrom = textOf(payload.forked_from_id) ?? textOf(spawn.forked_from_id)
    state.threadId = context.threadId = id
    state.cwd = textOf(payload.cwd)
    state.branch = textOf(git.branch)
    const url = textOf(git.repository_url)
    state.repository = url && repositoryOf(url)
    state.provider = textOf(payload.model_provider)
    if (parentId || payload.thread_source === 'subagent' || Object.keys(spawn).length > 0) state.subagent = true
    state.agent =
      textOf(spawn.agent_role) ?? textOf(payload.agent_role) ?? textOf(payload.agent_path)?.split('/').at(-1)
    state.parentId = forkedFrom ?? parentId
    state.gate = state.parentId && history() ? 'closed' : 'open'
    if (numberOf(payload.forked_from_ordinal_exclusive) !== undefined) state.restates = true
    context.batch.seen(id, time)
    const originator = textOf(payload.originator)
    if (originator && /^codex[\w.-]*$/.test(originator)) state.service = originator.replaceAll('-', '_')
    context.batch.session(id, {
      serviceName: state.service ?? defaultService,
      cwd: state.cwd,
      project: state.repository ?? projectOf(state.cwd),
      branch: state.branch,
      version: textOf(payload.cli_version),
      parentSessionId: parentId,
      forkedFrom,
      commitAtStart: textOf(git.commit_hash),
    })
  }

  function history(): Parent | undefined {
    parent ??= state.parentId ? parentOf(file.path, state.parentId) : undefined
    return parent
  }

  /**
   * A fork or subagent begins with its parent's history, stamped anew. Everything up to the first turn that the parent
   * does not have is the parent's; where turns have no ids, everything for which the running totals are the parent's own.
   * A parent may note its child's turns (a review's are in both files): a turn that began after the child was made, and a
   * record that names the child, are the child's.
   */
  function passesGate(type: string, payload: JsonObject): boolean {
    if (state.gate !== 'closed') return true
    const theirs = history()
    const turnId = textOf(payload.turn_id)
    const info = payload.type === 'token_count' ? objectOf(payload.info).total_token_usage : payload.thread_token_usage
    if (!theirs || textOf(payload.thread_id) === state.threadId || (turnId !== undefined && isOwn(theirs, turnId))) {
      state.gate = 'open'
    } else if (turnId === undefined && info !== undefined && theirs.turnIds.size === 0) {
      if (theirs.totals[state.replayed] === totalKey(objectOf(info))) state.replayed++
      else state.gate = 'open'
    } else if (type === 'response_item' && theirs.turnIds.size === 0 && state.replayed >= theirs.totals.length) {
      state.gate = 'open'
    }
    if (state.gate === 'open') return true
    const total = usageOf(info)
    if (total) pass(total)
    return false
  }

  const isOwn = (theirs: Parent, turnId: string) =>
    !theirs.turnIds.has(turnId) || beganAfter(turnId, state.threadId ?? threadId)

  function pass(total: Usage): void {
    const watermark = new Watermark(state.mark)
    watermark.pass(total)
    state.mark = watermark.mark
  }

  function turn(context: Context, { payload }: Entry): void {
    state.turnId = textOf(payload.turn_id) ?? state.turnId
    state.model = textOf(payload.model) ?? state.model
    state.cwd = textOf(payload.cwd) ?? state.cwd
    const settings = objectOf(objectOf(payload.collaboration_mode).settings)
    state.effort = textOf(payload.effort) ?? textOf(settings.reasoning_effort) ?? state.effort
    context.batch.session(context.threadId, { cwd: state.cwd })
  }

  /** They come before the first turn's own, which a fork that is compacted at once has only afterwards. */
  function settings(applied: JsonObject): void {
    state.model = textOf(applied.model) ?? state.model
    state.tier = textOf(applied.service_tier) ?? ''
  }

  // ── usage ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  function usageRecord(context: Context, entry: Entry): void {
    const { payload } = entry
    const usage = usageOf(payload.usage)
    const responseId = textOf(payload.response_id)
    const total = usageOf(payload.thread_token_usage)
    if (total) pass(total)
    if (!usage) return
    state.records = true
    const id = responseId ?? `${textOf(payload.turn_id) ?? ''}#${total?.total ?? entry.line}`
    request(context, entry, usage, id, true, responseId ? [responseKey(responseId)] : [])
  }

  function tokenCount(context: Context, entry: Entry): void {
    const info = objectOf(entry.payload.info)
    const total = usageOf(info.total_token_usage)
    if (!total) return
    const last = objectOf(info.last_token_usage)
    // A context that is full is told as a total alone: nothing was asked and answered.
    const asksNothing = last.input_tokens === 0 && last.output_tokens === 0
    const restates = state.restates && !state.mark && state.pending.length === 0
    if (state.records || asksNothing || restates) {
      pass(total)
      return
    }
    const watermark = new Watermark(state.mark)
    const counted = watermark.count(total, usageOf(last))
    state.mark = watermark.mark
    if (!counted) return
    request(context, entry, counted.usage, `${total.input}/${total.output}/${total.total}`, counted.exact, [])
  }

  function request(context: Context, entry: Entry, usage: Usage, id: string, exact: boolean, keys: string[]): void {
    const counts = countsOf(usage)
    const speed = state.tier === undefined ? configured : pricedTier(state.tier)
    const call: CallObservation = {
      source: 'transcript',
      tool,
      sessionId: context.threadId,
      observationId: `${context.threadId}:${id}`,
      keys,
      weakKey: usageKey(counts),
      timeUnixNano: entry.time,
      status: 'ok',
      model: state.model ?? '',
      provider: state.provider,
      messageId: id,
      quality: exact ? 'exact' : 'derived',
      ...(speed === undefined ? {} : { speed }),
      ...counts,
      ...attribution(context),
    }
    context.batch.call(call)
    state.last = frozen(call)
    // What was said before its usage came belongs to this request.
    for (const message of state.pending) context.batch.message({ ...thawed(message), callMessageId: id })
    state.pending = []
  }

  // ── items and events ───────────────────────────────────────────────────────────────────────────────────────────────

  function responseItem(context: Context, entry: Entry): boolean {
    const { payload, time } = entry
    delete state.last
    if (payload.type !== 'message' || payload.role === 'assistant') activeTime(context).touch(time)
    switch (payload.type) {
      case 'message':
        itemMessage(context, entry)
        return true
      case 'reasoning': {
        const text = partsText(payload.summary) || partsText(payload.content)
        const key = textOf(payload.id) ?? `reasoning:${entry.line}`
        if (text) tell(context, entry, key, { role: 'thinking', content: text, model: state.model })
        return true
      }
      case 'function_call':
      case 'custom_tool_call':
      case 'local_shell_call':
      case 'web_search_call':
        toolUse(context, entry)
        return true
      case 'function_call_output':
      case 'custom_tool_call_output':
        toolOutput(context, entry)
        return true
    }
    return silent.has(textOf(payload.type) ?? '') || payload.type === 'agent_message'
  }

  function itemMessage(context: Context, entry: Entry): void {
    const { payload } = entry
    const text = partsText(payload.content)
    if (!text) return
    if (payload.role === 'assistant') {
      const key = textOf(payload.id) ?? `assistant:${Bun.hash(text).toString(36)}:${entry.line}`
      tell(context, entry, key, { role: 'assistant', content: text, model: state.model })
    } else if (payload.role === 'user' && !isContext(text)) {
      prompt(context, entry, text)
    }
  }

  function prompt(context: Context, entry: Entry, text: string): void {
    activeTime(context).begin(entry.time)
    // The same prompt stands in an item and in an event; both give this key.
    tell(context, entry, `prompt:${state.turnId ?? ''}:${Bun.hash(text.trim()).toString(36)}`, {
      role: 'user',
      content: text,
    })
  }

  function event(context: Context, entry: Entry): boolean {
    const { payload } = entry
    const type = textOf(payload.type) ?? ''
    if (toolEvents.has(type)) itemDone(context, entry, payload)
    switch (type) {
      case 'token_count':
        tokenCount(context, entry)
        return true
      case 'task_started':
        state.turnId = textOf(payload.turn_id) ?? state.turnId
        return true
      case 'user_message': {
        const text = textOf(payload.message)
        if (text && !isContext(text)) prompt(context, entry, text)
        return true
      }
      case 'item_completed':
        item(context, entry, objectOf(payload.item))
        return true
      case 'thread_settings_applied':
        if (textOf(payload.thread_id) === state.threadId) settings(objectOf(payload.thread_settings))
        return true
      case 'task_complete':
      case 'turn_aborted':
        turnEnd(context, entry)
        return true
      case 'thread_name_updated':
        context.batch.session(context.threadId, { title: textOf(payload.thread_name) })
        return true
    }
    // Codex has dozens of events for its screen; only those above add to what the items say.
    return true
  }

  function item(context: Context, entry: Entry, done: JsonObject): void {
    const type = textOf(done.type) ?? ''
    if (toolItems.has(type)) itemDone(context, entry, done)
    if (type === 'UserMessage') {
      const text = partsText(done.content)
      if (text && !isContext(text)) prompt(context, entry, text)
    } else if (type === 'SubAgentActivity' && done.kind === 'started') {
      const child = textOf(done.agent_thread_id)
      if (child) context.batch.session(child, { parentSessionId: context.threadId })
    }
  }

  function turnEnd(context: Context, entry: Entry): void {
    const ms = numberOf(entry.payload.duration_ms)
    if (ms !== undefined && ms >= 0) activeTime(context).took(ms)
    const error = objectOf(entry.payload.error)
    const message = textOf(error.message)
    if (!message) return
    context.batch.call({
      source: 'transcript',
      tool,
      sessionId: context.threadId,
      observationId: `${context.threadId}:error:${state.turnId ?? entry.line}`,
      keys: [],
      weakKey: 'error',
      timeUnixNano: entry.time,
      status: 'error',
      model: state.model ?? '',
      provider: state.provider,
      quality: 'exact',
      errorMessage: message.slice(0, 2000),
      errorType: textOf(error.codex_error_info),
      ...attribution(context),
    })
  }

  return { read, state: () => boundedState(state) }
}

/** Records before 2025-09 are items without an envelope, behind a first line that only says whose file it is. */
function unwrapped(record: JsonObject): { type: string; payload: JsonObject } {
  const type = textOf(record.type)
  if (type && 'payload' in record) return { type, payload: objectOf(record.payload) }
  if (!type && textOf(record.id) && 'timestamp' in record) return { type: 'session_meta', payload: record }
  if (type) return { type: 'response_item', payload: record }
  return { type: 'record_type' in record ? 'world_state' : '(none)', payload: record }
}

function partsText(parts: unknown): string {
  if (typeof parts === 'string') return parts
  return arrayOf(parts)
    .map((part) => {
      const { text, type } = objectOf(part)
      return typeof text === 'string' ? text : type === 'input_image' || type === 'image' ? '[image]' : ''
    })
    .join('\n')
    .trim()
}

/** What Codex itself puts in the user's name: where it runs, instructions, interruptions. */
function isContext(text: string): boolean {
  return /^\s*(<(environment_context|user_instructions|turn_aborted|user_shell_command|skill|subagent_notification|INSTRUCTIONS|permissions|collaboration_mode|model_switch|recommended_plugins|user_action)\b|# AGENTS\.md instructions)/i.test(
    text,
  )
}
