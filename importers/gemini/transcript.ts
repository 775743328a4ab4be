// transcript.ts: what Gemini CLI writes → our vocabulary.
import { readFileSync } from 'node:fs'
import type { TranscriptFile, TranscriptSlice, Transcripts } from '#proto/agent.ts'
import { eachRecord } from '../json-lines.ts'
import { arrayOf, dictionary, isObject, type JsonObject, objectOf, parseFile, textOf } from '../json-values.ts'
import { geminiRoots, isGeminiChat } from './transcript-places.ts'
import { chatReader, linesReader } from './transcript-reader.ts'

export const transcripts: Transcripts = {
  pathVariable: 'TELLTALE_GEMINI_PATH',
  roots: geminiRoots,
  match: isGeminiChat,
  kind: (path) => (path.endsWith('.json') ? 'whole' : 'lines'),
  open: linesReader,
  readWhole: readDocument,
}

/** By message id: a hash of what it was when it was last told. */
type Watermark = { seen: Record<string, string>; state: unknown }

/** The older form: one document that is written anew with every message. Only what changed since is told. */
function* readDocument(file: TranscriptFile, stored: unknown): Generator<TranscriptSlice & { watermark: Watermark }> {
  const before = objectOf(stored)
  const seen = dictionary(objectOf(before.seen) as Record<string, string>)
  const reader = chatReader(file, before.state)
  const text = readFileSync(file.path, 'utf8')
  const skipped: { line?: number; reason: string }[] = []
  const document = parseFile(text)
  const lost = (reason: string) => skipped.push({ reason })
  if (isObject(document)) {
    const { messages, ...header } = document
    reader.accept(header, 0, lost)
    arrayOf(messages).forEach((value, index) => {
      const message: JsonObject = objectOf(value)
      const id = textOf(message.id)
      if (!id) return
      const hash = Bun.hash(JSON.stringify(message)).toString(36)
      if (seen[id] === hash) return
      seen[id] = hash
      reader.accept(message, index + 1, lost)
    })
  } else if (isObject(parseFile(text.split('\n', 1)[0] as string))) {
    // The newer form under the older name.
    for (const [index, line] of text.split('\n').entries())
      if (line.trim() !== '')
        eachRecord(
          line,
          (record) => reader.accept(record, index + 1, lost),
          (reason) => skipped.push({ line: index + 1, reason }),
        )
  } else {
    lost('not a JSON document')
  }
  const slice = reader.slice()
  yield { ...slice, skipped: [...slice.skipped, ...skipped], watermark: { seen, state: reader.state } }
}
