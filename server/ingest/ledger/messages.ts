// messages.ts: the transcript entries of a group; an entry that came before is stored once, in its fullest version.
import { each } from '#proto/steps.ts'
import type { MessageRecord, MessageRole, Source } from '#proto/telemetry.ts'
import { flag, int, list, maybe, query, type Row, real, text, time } from '../../store/query.ts'
import type { Reader, Tx } from '../../store/store.ts'
import { inTurns } from '../../turns.ts'
import { chunks } from './chunks.ts'
import { deleteNumbered } from './deletes.ts'
import { HashIndex } from './hash-index.ts'
import { messageFingerprint, messageHash, standingMessage } from './message.ts'
import { wellFormed } from './observation.ts'
import storedSql from './stored-messages.sql' with { type: 'text' }
import { type MessageRow, messageWriter } from './writers.ts'

const storedShape = {
  hash: real,
  tool: text,
  session_id: text,
  message_key: text,
  source: text,
  sequence: int,
  time: time,
  role: text,
  content: text,
  model: maybe(text),
  agent_id: maybe(text),
  parent_key: maybe(text),
  prompt_id: maybe(text),
  call_message_id: maybe(text),
  tool_name: maybe(text),
  tool_use_id: maybe(text),
  tool_input: maybe(text),
  tool_output: maybe(text),
  diff: maybe(text),
  duration_ms: maybe(real),
  success: maybe(flag),
}
const stored = query(storedSql, { hashes: list(real) }, storedShape)
const byHash = { column: 'hash', type: 'double' } as const

/** What the ledger remembers of messages between groups. */
export class Messages {
  /** Hash of an entry's identity → its fingerprint as the mark. */
  index = new HashIndex()

  async load(reader: Reader): Promise<void> {
    const rows = await reader.read('select hash, fingerprint::double from messages')
    const [hashes = [], fingerprints = []] = rows.getColumnsJS() as number[][]
    const index = new HashIndex(hashes.length)
    hashes.forEach((hash, row) => {
      index.set(hash, 1, fingerprints[row] as number)
    })
    this.index = index
  }
}

/** The entries of one group. */
export class MessageGroup {
  readonly #messages: Messages
  readonly #replaced: number[] = []
  #written: MessageRow[] = []

  constructor(messages: Messages) {
    this.#messages = messages
  }

  async prepare(reader: Reader, records: MessageRecord[]): Promise<void> {
    if (records.length === 0) return
    const { index } = this.#messages
    const said = new Map<number, MessageRecord>()
    const rows: MessageRow[] = []
    await inTurns(
      each(records, (record) => {
        const own = tidy(record)
        const hash = messageHash(own)
        const before = said.get(hash)
        said.set(hash, before ? standingMessage(before, own) : own)
      }),
    )
    await inTurns(each(said, ([hash, message]) => rows.push(rowOf(hash, message))))
    const other = rows.filter(({ hash }) => index.find(hash) >= 0)
    const changed = other.filter(({ hash, fingerprint }) => index.mark(index.find(hash)) !== fingerprint)
    const known = await this.#load(
      reader,
      changed.map(({ hash }) => hash),
    )
    this.#written = rows.filter(({ hash }) => index.find(hash) < 0)
    await inTurns(
      each(changed, (row) => {
        const before = known.get(row.hash)
        const stands = before ? standingMessage(before, row.message) : row.message
        if (stands === before) return
        this.#replaced.push(row.hash)
        this.#written.push(row)
      }),
    )
  }

  async write(tx: Tx, batch: bigint): Promise<void> {
    await deleteNumbered(tx, 'messages', byHash, this.#replaced)
    for (const row of this.#written) row.batch = batch
    await tx.append(messageWriter, this.#written)
  }

  *commit(): Generator<void> {
    yield* each(this.#written, ({ hash, fingerprint }) => this.#messages.index.set(hash, 1, fingerprint))
  }

  async #load(reader: Reader, hashes: number[]): Promise<Map<number, MessageRecord>> {
    const known = new Map<number, MessageRecord>()
    const take = (row: Row<typeof storedShape>) =>
      known.set(row.hash, {
        source: row.source as Source,
        tool: row.tool,
        sessionId: row.session_id,
        messageKey: row.message_key,
        sequence: row.sequence,
        timeUnixNano: row.time,
        role: row.role as MessageRole,
        content: row.content,
        model: row.model ?? undefined,
        agentId: row.agent_id ?? undefined,
        parentKey: row.parent_key ?? undefined,
        promptId: row.prompt_id ?? undefined,
        callMessageId: row.call_message_id ?? undefined,
        toolName: row.tool_name ?? undefined,
        toolUseId: row.tool_use_id ?? undefined,
        toolInput: row.tool_input ?? undefined,
        toolOutput: row.tool_output ?? undefined,
        diff: row.diff ?? undefined,
        durationMs: row.duration_ms ?? undefined,
        success: row.success ?? undefined,
      })
    for (const some of chunks(hashes)) await inTurns(each(await stored(reader, { hashes: some }), take))
    return known
  }
}

function rowOf(hash: number, message: MessageRecord): MessageRow {
  return { batch: 0n, message, hash, fingerprint: messageFingerprint(message) }
}

/** An entry that reads back as it was written. */
function tidy(record: MessageRecord): MessageRecord {
  const durationMs = Number.isFinite(record.durationMs) ? record.durationMs : undefined
  const sequence = Number.isSafeInteger(record.sequence) ? record.sequence : 0
  if (record.content.isWellFormed() && sequence === record.sequence && durationMs === record.durationMs) return record
  return { ...record, sequence, durationMs, content: wellFormed(record.content) }
}
