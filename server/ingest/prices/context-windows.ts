// context-windows.ts: how many tokens a model's window holds, by the price table's own names of model and provider.
import { windowLines } from './context-windows.gen.ts'

/** What the table leaves out; Google's model pages: an input of 1,048,576 tokens. */
const added: Record<string, number> = {
  'google gemini-2.5-pro': 1_048_576,
  'google gemini-3-pro-preview': 1_048_576,
  'google gemini-3.1-pro-preview': 1_048_576,
}

let windows: Map<string, number> | undefined

function loaded(): Map<string, number> {
  if (windows) return windows
  windows = new Map(Object.entries(added))
  for (const line of windowLines.split('\n')) {
    const end = line.lastIndexOf(' ')
    windows.set(line.slice(0, end), Number(line.slice(end + 1)))
  }
  return windows
}

/** The context window of a model in tokens; `undefined` when the table does not say. */
export function contextWindow(providerId: string | undefined, modelId: string): number | undefined {
  return loaded().get(`${providerId ?? ''} ${modelId}`)
}
