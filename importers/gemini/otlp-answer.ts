// otlp-answer.ts: the text of an answer as Gemini CLI logs it: the chunks of the stream, with the calls it asks for.
import { arrayOf, objectOf, parseJson, textOf } from '../json-values.ts'

/** A tool that an answer asks for. `id` is the one that spans and files have. */
export type AskedCall = { id: string; name: string; input: string; signature: string }

export type Answer = { responseId?: string; text: string; thoughts: string; calls: AskedCall[] }

/**
 * Reads `response_text`: a JSON array of the stream's chunks. A call without an id gets the one that the program gives
 * it: the prompt's id and its place in the answer.
 */
export function answerOf(responseText: string | undefined, promptId: string | undefined): Answer {
  const answer: Answer = { text: '', thoughts: '', calls: [] }
  for (const chunk of arrayOf(parseJson(responseText ?? ''))) {
    const { responseId, candidates } = objectOf(chunk)
    answer.responseId ??= textOf(responseId)
    for (const part of arrayOf(objectOf(objectOf(arrayOf(candidates)[0]).content).parts)) {
      const { text, thought, functionCall } = objectOf(part)
      if (typeof text === 'string') {
        if (thought === true) answer.thoughts += text
        else answer.text += text
      }
      const call = objectOf(functionCall)
      const name = textOf(call.name)
      if (!name) continue
      const id = textOf(call.id) ?? (promptId ? `${promptId}-${answer.calls.length}` : undefined)
      if (!id) continue
      const input = JSON.stringify(call.args ?? {})
      answer.calls.push({ id, name, input, signature: signatureOf(promptId, name, call.args) })
    }
  }
  return answer
}

/** What an asked call and the event of its end have in common. */
export function signatureOf(promptId: string | undefined, name: string, args: unknown): string {
  return `${promptId ?? ''}\n${name}\n${canonical(args ?? {})}`
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const object = objectOf(value)
  return `{${Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(object[key])}`)
    .join(',')}}`
}
