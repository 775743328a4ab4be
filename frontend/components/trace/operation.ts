// operation.ts: what a span does, read from what the conventions say of it; no agent is known here.

import { dictionary } from '../../lib/dictionary.ts'
import type { Span } from '../../lib/shapes.ts'

export type Operation = 'model' | 'tool' | 'agent' | 'wait' | 'web' | 'database' | 'other'

const byName = dictionary<Operation>({
  chat: 'model',
  text_completion: 'model',
  generate_content: 'model',
  embeddings: 'model',
  execute_tool: 'tool',
  invoke_agent: 'agent',
  create_agent: 'agent',
})

/** The kind of work, by GenAI and other semantic conventions first, by the name of the span last. */
export function operationOf({ spanName, spanAttributes: given }: Pick<Span, 'spanName' | 'spanAttributes'>): Operation {
  const named = byName[String(given['gen_ai.operation.name'] ?? '')]
  if (named) return named
  if (/(?:blocked|waiting|wait_for|approval|permission)/i.test(spanName)) return 'wait'
  if ('gen_ai.usage.input_tokens' in given || 'gen_ai.request.model' in given || 'llm.model_name' in given)
    return 'model'
  if ('gen_ai.tool.name' in given || 'tool_name' in given || 'tool.name' in given) return 'tool'
  if ('db.system' in given || 'db.system.name' in given) return 'database'
  if ('http.request.method' in given || 'http.method' in given || 'url.full' in given) return 'web'
  if (/(?:^|[._\s])(?:llm|chat|completion|llm_request|handle_responses)(?:$|[._\s])/i.test(spanName)) return 'model'
  if (/(?:^|[._\s])tool(?:$|[._\s])/i.test(spanName)) return 'tool'
  if (/(?:^|[._\s])(?:agent|subagent|interaction)(?:$|[._\s])/i.test(spanName)) return 'agent'
  return 'other'
}

/** How operations look and are called. */
export const operations: Record<Operation, { label: string; color: string }> = {
  model: { label: 'Model request', color: 'var(--chart-1)' },
  tool: { label: 'Tool', color: 'var(--chart-3)' },
  agent: { label: 'Agent', color: 'var(--chart-6)' },
  wait: { label: 'Waiting for the user', color: 'var(--chart-2)' },
  web: { label: 'Web', color: 'var(--chart-5)' },
  database: { label: 'Database', color: 'var(--chart-7)' },
  other: { label: 'Other', color: 'var(--chart-rest)' },
}

/** What a span says about itself beyond its name: the tool, the model. */
export function noteOf({ spanAttributes: given, model }: Pick<Span, 'spanAttributes' | 'model'>): string | undefined {
  const tool = given['gen_ai.tool.name'] ?? given.tool_name ?? given['tool.name']
  if (typeof tool === 'string' && tool !== '') return tool
  const asked = model ?? given['gen_ai.response.model'] ?? given['gen_ai.request.model']
  return typeof asked === 'string' && asked !== '' ? asked : undefined
}

/** Tokens that a span itself carries, by the conventions' names, current and previous. */
export function tokensOf({ spanAttributes: given }: Pick<Span, 'spanAttributes'>): { input?: number; output?: number } {
  const read = (...names: string[]) => {
    for (const name of names) {
      const value = given[name]
      const number =
        typeof value === 'number' ? value : typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : undefined
      if (number !== undefined) return number
    }
    return undefined
  }
  const input = read(
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'llm.token_count.prompt',
    'input_tokens',
  )
  const output = read(
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
    'llm.token_count.completion',
    'output_tokens',
  )
  return { ...(input === undefined ? {} : { input }), ...(output === undefined ? {} : { output }) }
}
