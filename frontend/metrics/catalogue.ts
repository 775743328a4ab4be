// catalogue.ts: what metrics are called and mean, for people. Data, not code: a metric that is not here is named after itself.

export type MetricFacts = {
  title: string
  about?: string
  unit?: string
  /** The attribute to break it down by first. */
  by?: string
  /** Kept for completeness and seldom looked at: start-up, caches, plumbing. */
  inner?: boolean
}

const tokens = (title: string, about: string, by = 'type'): MetricFacts => ({ title, about, unit: 'tokens', by })
const cost = (title: string, about: string): MetricFacts => ({ title, about, unit: 'USD', by: 'model' })
const calls = (title: string, about: string, by?: string): MetricFacts => ({ title, about, ...(by ? { by } : {}) })
const lasting = (title: string, about: string, unit: string, by?: string): MetricFacts => ({
  title,
  about,
  unit,
  ...(by ? { by } : {}),
})

/** By the metric's name, without `.delta`. */
export const catalogue: Record<string, MetricFacts> = {
  'claude_code.session.count': calls('Sessions', 'Sessions started or continued', 'start_type'),
  'claude_code.token.usage': tokens('Tokens', 'Tokens of all model requests, also those for titles and routing'),
  'claude_code.token.usage_user_facing': tokens(
    'Tokens, user-facing',
    'Tokens of the requests that answer the user, without tool routing',
  ),
  'claude_code.cost.usage': cost('Cost', 'What the agent says its requests cost'),
  'claude_code.cost.usage_user_facing': cost(
    'Cost, user-facing',
    'Cost of the requests that answer the user, without tool routing',
  ),
  'claude_code.lines_of_code.count': calls('Lines of code', 'Lines added and removed', 'type'),
  'claude_code.commit.count': calls('Commits', 'Commits made in sessions'),
  'claude_code.pull_request.count': calls('Pull requests', 'Pull requests made in sessions'),
  'claude_code.code_edit_tool.decision': calls('Edit decisions', 'Edits accepted and rejected', 'decision'),
  'claude_code.active_time.total': lasting(
    'Active time',
    'Time in which the user or the agent did something',
    's',
    'type',
  ),
  'codex.turn.token_usage': tokens(
    'Tokens per turn',
    'Tokens of a turn; token_type total holds the other kinds',
    'token_type',
  ),
  'codex_cli_rs.token.usage': tokens('Tokens', 'Tokens of each answer, kinds that do not overlap'),
  'codex_cli_rs.cost.usage': cost('Cost', 'Computed from the tokens of each answer'),
  'codex.api_request': calls('API requests', 'Requests to the model, also the failed ones', 'status'),
  'codex.api_request.duration_ms': lasting('API request time', 'Time until the answer began', 'ms', 'model'),
  'codex.sse_event': calls('Stream events', 'Pieces of streamed answers', 'kind'),
  'codex.sse_event.duration_ms': lasting('Stream event time', 'Time between pieces of a streamed answer', 'ms', 'kind'),
  'codex.conversation.turn.count': calls('Turns', 'Turns of conversations', 'model'),
  'codex.turn.e2e_duration_ms': lasting('Turn time', 'From the prompt to the end of the answer', 'ms', 'model'),
  'codex.turn.ttft.duration_ms': lasting('Time to first token', 'From the request to the first token', 'ms', 'model'),
  'codex.turn.ttfm.duration_ms': lasting(
    'Time to first message',
    'From the request to the first message',
    'ms',
    'model',
  ),
  'codex.turn.tool.call': calls('Tool calls per turn', 'How many tools a turn used'),
  'codex.tool.call': calls('Tool calls', 'Calls of tools', 'tool'),
  'codex.tool.call.duration_ms': lasting('Tool call time', 'How long tools ran', 'ms', 'tool'),
  'codex.multi_agent.spawn': calls('Subagents started', 'Agents started by an agent', 'role'),
  'codex.multi_agent.wait.duration_ms': lasting('Waiting for subagents', 'Time an agent waited for another', 'ms'),
  'codex.thread.started': calls('Threads', 'Conversations started'),
  'codex.process.start': calls('Process starts', 'How often the program was started', 'originator'),
  'codex.guardian.turn.blocking_ms': {
    ...lasting('Guardian wait', 'Time a turn was held by a check', 'ms'),
    inner: true,
  },
  'gemini_cli.session.count': calls('Sessions', 'Sessions started'),
  'gemini_cli.token.usage': tokens('Tokens', 'Tokens of model requests'),
  'gemini_cli.cost.usage': cost('Cost', 'Computed from what the token counters grew by'),
  'gemini_cli.api.request.count': calls('API requests', 'Requests to the model', 'model'),
  'gemini_cli.api.request.latency': lasting('API request time', 'How long model requests took', 'ms', 'model'),
  'gemini_cli.api.request.breakdown': lasting(
    'API request phases',
    'What the time of a request went into',
    'ms',
    'phase',
  ),
  'gemini_cli.tool.call.count': calls('Tool calls', 'Calls of tools', 'function_name'),
  'gemini_cli.tool.call.latency': lasting('Tool call time', 'How long tools ran', 'ms', 'function_name'),
  'gemini_cli.tool.queue.depth': calls('Tool queue', 'Tools waiting for their turn'),
  'gemini_cli.tool.execution.breakdown': lasting('Tool phases', 'What the time of a tool went into', 'ms', 'phase'),
  'gemini_cli.file.operation.count': calls('File operations', 'Files created, read and changed', 'operation'),
  'gemini_cli.lines.changed': calls('Lines of code', 'Lines added and removed', 'type'),
  'gemini_cli.agent.run.count': calls('Agent runs', 'Runs of subagents', 'agent_name'),
  'gemini_cli.agent.duration': lasting('Agent time', 'How long subagents ran', 'ms', 'agent_name'),
  'gemini_cli.agent.turns': calls('Agent turns', 'Turns of subagents', 'agent_name'),
  'gemini_cli.model_routing.latency': lasting('Routing time', 'Time to choose a model', 'ms', 'routing.decision_model'),
  'gemini_cli.model_routing.failure.count': calls('Routing failures', 'How often no model could be chosen'),
  'gemini_cli.chat_compression': calls('Compressions', 'Times the conversation was compressed'),
  'gemini_cli.chat.invalid_chunk.count': calls('Invalid chunks', 'Broken pieces of streamed answers'),
  'gemini_cli.chat.content_retry.count': calls('Content retries', 'Answers asked for again'),
  'gemini_cli.startup.duration': { ...lasting('Start-up time', 'Phases of the start', 'ms', 'phase'), inner: true },
  'gemini_cli.memory.usage': { ...lasting('Memory', 'Memory of the program', 'By', 'memory_type'), inner: true },
  'gemini_cli.cpu.usage': { ...lasting('Processor', 'Processor use of the program', '%'), inner: true },
  'gemini_cli.ui.flicker.count': { ...calls('Flicker', 'Times the screen flickered'), inner: true },
  'gemini_cli.slow_render.latency': {
    ...lasting('Slow draws', 'Draws of the screen that took long', 'ms'),
    inner: true,
  },
  'gemini_cli.exit.fail.count': calls('Failed exits', 'Exits with an error'),
  'opencode.session.count': calls('Sessions', 'Sessions started', 'is_subagent'),
  'opencode.token.usage': tokens('Tokens', 'Tokens of model requests'),
  'opencode.cost.usage': cost('Cost', 'What the agent says its requests cost'),
  'opencode.cache.count': calls('Cache use', 'Requests that read or wrote the cache', 'type'),
  'opencode.message.count': calls('Messages', 'Answers of the model', 'model'),
  'opencode.model.usage': calls('Model requests', 'Requests by model', 'model'),
  'opencode.retry.count': calls('Retries', 'Requests tried again'),
  'opencode.tool.duration': lasting('Tool call time', 'How long tools ran', 'ms', 'tool_name'),
  'opencode.lines_of_code.count': calls(
    'Lines of code, gross',
    'Lines added and removed, also those taken back',
    'type',
  ),
  'opencode.lines_of_code.total': calls('Lines of code, now', 'Lines that the session changed as it stands', 'type'),
  'opencode.commit.count': calls('Commits', 'Commits made in sessions'),
  'opencode.session.duration': lasting('Session time', 'How long sessions took', 'ms'),
  'opencode.session.token.total': tokens('Tokens per session', 'Tokens of a whole session', 'project.id'),
  'opencode.session.cost.total': cost('Cost per session', 'Cost of a whole session'),
  'github_copilot.token.usage': tokens('Tokens', 'Tokens of model requests, kinds that do not overlap'),
  'github_copilot.cost.usage': cost('Cost', 'Computed from the tokens of each request'),
  'github.copilot.tool.call.count': calls('Tool calls', 'Calls of tools', 'gen_ai.tool.name'),
  'github.copilot.tool.call.duration': lasting('Tool call time', 'How long tools ran', 's', 'gen_ai.tool.name'),
  'github.copilot.agent.turn.count': calls('Turns', 'Turns of an agent'),
  'github.copilot.code.lines_added': calls('Lines added', 'Lines of code added', 'gen_ai.request.model'),
  'github.copilot.code.lines_removed': calls('Lines removed', 'Lines of code removed', 'gen_ai.request.model'),
  'github.copilot.sandbox.operation.count': {
    ...calls('Sandbox decisions', 'What the sandbox allowed and refused', 'github.copilot.sandbox.outcome'),
    inner: true,
  },
  'gen_ai.client.token.usage': tokens('Tokens per request', 'Tokens of a model request', 'gen_ai.token.type'),
  'gen_ai.client.operation.duration': lasting(
    'Request time',
    'How long model requests took',
    's',
    'gen_ai.request.model',
  ),
  'gen_ai.client.inference.duration': lasting('Inference time', 'How long the model took', 's', 'gen_ai.request.model'),
  'gen_ai.client.inference.time_to_first_chunk': lasting(
    'Time to first chunk',
    'From the request to the first piece',
    's',
    'gen_ai.request.model',
  ),
  'gen_ai.client.inference.time_per_output_chunk': lasting(
    'Time per chunk',
    'Time between pieces',
    's',
    'gen_ai.request.model',
  ),
  'gen_ai.client.inference.usage.input_tokens': tokens(
    'Input tokens',
    'Input of model requests, cache included',
    'gen_ai.request.model',
  ),
  'gen_ai.client.inference.usage.output_tokens': tokens(
    'Output tokens',
    'Output of model requests',
    'gen_ai.request.model',
  ),
  'gen_ai.client.inference.usage.cache_read.input_tokens': tokens(
    'Cache reads',
    'Input that came from the cache',
    'gen_ai.request.model',
  ),
  'gen_ai.client.inference.usage.cache_write.input_tokens': tokens(
    'Cache writes',
    'Input written to the cache',
    'gen_ai.request.model',
  ),
  'gen_ai.client.inference.usage.reasoning.output_tokens': tokens(
    'Reasoning tokens',
    'Output spent on reasoning',
    'gen_ai.request.model',
  ),
  'gen_ai.execute_tool.duration': lasting('Tool time', 'How long tools ran', 's', 'gen_ai.tool.name'),
  'gen_ai.invoke_agent.duration': lasting('Agent time', 'How long agents ran', 's', 'gen_ai.agent.name'),
  'gen_ai.invoke_agent.inference_calls': calls(
    'Requests per agent run',
    'Model requests of one run',
    'gen_ai.agent.name',
  ),
  'gen_ai.invoke_agent.tool_calls': calls('Tools per agent run', 'Tool calls of one run', 'gen_ai.agent.name'),
}

/** How the first words of a metric's name are called. */
const families: Record<string, string> = {
  claude_code: 'Claude Code',
  codex: 'Codex',
  codex_cli_rs: 'Codex',
  gemini_cli: 'Gemini CLI',
  opencode: 'opencode',
  github_copilot: 'Copilot',
  'github.copilot': 'Copilot',
  gen_ai: 'GenAI conventions',
}

const wordsAsWritten: Record<string, string> = {
  api: 'API',
  mcp: 'MCP',
  sse: 'SSE',
  ttft: 'time to first token',
  ttfm: 'time to first message',
  ms: '(ms)',
  e2e: 'end to end',
  llm: 'LLM',
  http: 'HTTP',
  db: 'database',
  cpu: 'CPU',
  ui: 'UI',
}

export type NamedMetric = {
  name: string
  title: string
  family: string
  about: string | undefined
  unit: string | undefined
  by: string | undefined
  /** The series of increases of a cumulative counter. */
  delta: boolean
  inner: boolean
}

/** A metric for people: from the catalogue, else from its own name (`shop.cart.add_count` → Shop, Cart add count). */
export function nameMetric(name: string): NamedMetric {
  const delta = name.endsWith('.delta')
  const base = delta ? name.slice(0, -'.delta'.length) : name
  const facts = catalogue[base]
  const dots = base.split('.')
  const known = families[dots.slice(0, 2).join('.')] ? 2 : 1
  const prefix = dots.slice(0, known).join('.')
  const family = families[prefix] ?? (dots.length > 1 ? sentence(dots[0]!) : 'Other')
  const rest = dots.length > known ? dots.slice(known).join(' ') : base
  return {
    name,
    title: `${facts?.title ?? sentence(rest)}${delta ? ', increase' : ''}`,
    family,
    about: facts?.about,
    unit: facts?.unit ?? (/(?:^|[._])duration_ms$|_ms$/.test(base) ? 'ms' : /_bytes$/.test(base) ? 'By' : undefined),
    by: facts?.by,
    delta,
    inner: facts?.inner ?? false,
  }
}

function sentence(text: string): string {
  const words = text.split(/[\s._]+/).map((word) => wordsAsWritten[word] ?? word)
  const joined = words.join(' ').replace(/ \((?:ms)\)$/, '')
  return joined.charAt(0).toUpperCase() + joined.slice(1)
}

/** Metrics by family, known titles first, each family in the order of its titles. */
export function groupMetrics(names: readonly string[], search: string): { family: string; metrics: NamedMetric[] }[] {
  const wanted = search.trim().toLowerCase()
  const named = names
    .map(nameMetric)
    .filter(
      (metric) => wanted === '' || `${metric.name} ${metric.title} ${metric.family}`.toLowerCase().includes(wanted),
    )
  const order = [...new Set(Object.values(families))]
  const rank = (metric: NamedMetric) =>
    (catalogue[metric.delta ? metric.name.slice(0, -6) : metric.name] ? 0 : 1) + (metric.inner ? 1 : 0)
  return [...Map.groupBy(named, ({ family }) => family)]
    .map(([family, metrics]) => ({
      family,
      metrics: metrics.sort(
        (a, b) => rank(a) - rank(b) || a.title.localeCompare(b.title) || a.name.localeCompare(b.name),
      ),
    }))
    .sort(
      (a, b) => (order.indexOf(a.family) >>> 0) - (order.indexOf(b.family) >>> 0) || a.family.localeCompare(b.family),
    )
}
