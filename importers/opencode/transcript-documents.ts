// transcript-documents.ts: OpenCode's older store: a JSON document a session, a message and a part.
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { TranscriptFile, TranscriptSlice } from '#proto/agent.ts'
import { isObject, type JsonObject, parseFile, textOf } from '../json-values.ts'
import { RecordBatch } from '../record-batch.ts'
import { addPart, addRequests, addSession, type Message, type Part, type Session, tool } from './transcript-records.ts'

/** `storage/{session/<project>/ses_….json, message/<session>/msg_….json, part/<message>/prt_….json}` */
const place = /^(.*[/\\]storage)[/\\](session|message|part)[/\\](?:.*[/\\])?([^/\\]+)[/\\]([^/\\]+)\.json$/

export function isDocument(path: string): boolean {
  return place.test(path) && /^(ses|msg|prt)_/.test(basename(path))
}

/** A part is told with its message; a document alone would not say whose it is. */
export function* readDocument(file: TranscriptFile): Generator<TranscriptSlice & { watermark: null }> {
  const [, storage, kind] = place.exec(file.path) ?? []
  const batch = new RecordBatch(tool)
  const data = document(file.path)
  if (!storage || !data) {
    const reason = lstatSync(file.path).size === 0 ? 'an empty file' : 'not a JSON document'
    yield { telemetry: batch.build(), skipped: [{ reason }], watermark: null }
    return
  }
  if (kind === 'session') {
    const session = sessionOf(textOf(data.id) ?? basename(file.path, '.json'), data)
    addSession(batch, session, data)
  } else {
    const id = kind === 'message' ? (textOf(data.id) ?? basename(file.path, '.json')) : textOf(data.messageID)
    const sessionId = textOf(data.sessionID) ?? (kind === 'message' ? basename(dirname(file.path)) : undefined)
    const body =
      kind === 'message'
        ? data
        : id && sessionId
          ? document(join(storage, 'message', sessionId, `${id}.json`))
          : undefined
    if (!id || !sessionId || !body) {
      // Its message was not written yet, or is lost; with it the part comes again.
      yield { telemetry: batch.build(), skipped: [], watermark: null }
      return
    }
    const session = sessionIn(storage, sessionId)
    const message: Message = { id, session, data: body, fallbackTime: file.modifiedUnixNano }
    const parts = partsOf(storage, id)
    addRequests(batch, message, parts)
    const told = kind === 'message' ? parts : parts.filter((part) => part.id === basename(file.path, '.json'))
    for (const part of told) addPart(batch, message, part)
  }
  yield { telemetry: batch.build(), skipped: [], watermark: null }
}

function sessionOf(id: string, data: JsonObject | undefined): Session {
  const [parentId, directory] = [textOf(data?.parentID), textOf(data?.directory)]
  return { id, ...(parentId ? { parentId } : {}), ...(directory ? { directory } : {}) }
}

function sessionIn(storage: string, id: string): Session {
  for (const project of names(join(storage, 'session'))) {
    const data = document(join(storage, 'session', project, `${id}.json`))
    if (data) return sessionOf(id, data)
  }
  return { id }
}

/** The parts of a message that can be read; one that cannot is told as the file that it is. */
function partsOf(storage: string, messageId: string): Part[] {
  const folder = join(storage, 'part', messageId)
  return names(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name, order) => {
      const data = document(join(folder, name))
      return data ? [{ id: basename(name, '.json'), data, order }] : []
    })
}

function document(path: string): JsonObject | undefined {
  try {
    if (!lstatSync(path).isFile()) return undefined
    const data = parseFile(readFileSync(path, 'utf8'))
    return isObject(data) ? data : undefined
  } catch {
    return undefined
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
