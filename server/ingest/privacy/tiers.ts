// tiers.ts: which attributes carry what people and models said, for the privacy tiers.

/** What an attribute holds: a person's words, a tool's details, or a model's words; tier 1 keeps none, tier 2 the first two. */
export type Content = 'prompt' | 'tool' | 'response'

/** Exact names, from the captured agents and the GenAI semantic conventions (current and previous). */
const exact: Record<string, Content> = Object.assign(Object.create(null), {
  prompt: 'prompt',
  user_prompt: 'prompt',
  'gen_ai.prompt': 'prompt',
  'gen_ai.input.messages': 'prompt',
  'gen_ai.system_instructions': 'prompt',
  'gen_ai.tool.definitions': 'prompt',
  'input.value': 'prompt',
  request_text: 'prompt',
  'request.body': 'prompt',
  body: 'prompt',
  system_prompt: 'prompt',
  'process.command_args': 'prompt',
  'process.command_line': 'prompt',
  'process.command': 'prompt',
  tool_input: 'tool',
  tool_parameters: 'tool',
  tool_result: 'tool',
  tool_output: 'tool',
  arguments: 'tool',
  output: 'tool',
  function_args: 'tool',
  full_command: 'tool',
  command: 'tool',
  file_path: 'tool',
  'gen_ai.tool.call.arguments': 'tool',
  'gen_ai.tool.call.result': 'tool',
  'tool.parameters': 'tool',
  content: 'tool',
  error: 'tool',
  response: 'response',
  response_text: 'response',
  completion: 'response',
  'gen_ai.completion': 'response',
  'gen_ai.output.messages': 'response',
  'output.value': 'response',
  'response.body': 'response',
})

/** Families of names: OpenInference numbers its messages, the AI SDK nests its own. */
const families: [RegExp, Content][] = [
  [/^llm\.input_messages\b|^gen_ai\.prompt\.|^ai\.prompt\b|^ai\.settings\.context/, 'prompt'],
  [/^ai\.toolCall\.(args|result)|^tool\.(input|output|content)/, 'tool'],
  [/^llm\.output_messages\b|^gen_ai\.completion\.|^ai\.response\.(text|toolCalls|object)/, 'response'],
]

/** What the attribute named `key` holds, `undefined` for metadata. */
export function contentOf(key: string): Content | undefined {
  const known = exact[key]
  if (known) return known
  if (!key.includes('.')) return undefined
  return families.find(([expression]) => expression.test(key))?.[1]
}

/** Whether a tier keeps content of this kind. */
export function keeps(tier: 1 | 2 | 3, content: Content): boolean {
  return tier === 3 || (tier === 2 && content !== 'response')
}
