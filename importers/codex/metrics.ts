// metrics.ts: what the metrics of Codex are called and mean, for people.
import type { MetricCatalogue } from '#proto/metric-facts.ts'
import { calls, cost, lasting, tokens } from '../metric-facts.ts'

export const metricCatalogue: MetricCatalogue = {
  families: { codex: 'Codex', codex_cli_rs: 'Codex' },
  metrics: {
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
    'codex.sse_event.duration_ms': lasting(
      'Stream event time',
      'Time between pieces of a streamed answer',
      'ms',
      'kind',
    ),
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
    'codex.tool.call': calls('Tool calls', 'Calls of tools', 'tool', 'success', 'command_category', 'sandbox', 'model'),
    'codex.tool.call.duration_ms': lasting(
      'Tool call time',
      'How long tools ran',
      'ms',
      'tool',
      'success',
      'command_category',
      'model',
    ),
    'codex.multi_agent.spawn': calls('Subagents started', 'Agents started by an agent', 'role'),
    'codex.multi_agent.wait.duration_ms': lasting('Waiting for subagents', 'Time an agent waited for another', 'ms'),
    'codex.thread.started': calls('Threads', 'Conversations started'),
    'codex.process.start': calls('Process starts', 'How often the program was started', 'originator'),
    'codex.guardian.turn.blocking_ms': {
      ...lasting('Guardian wait', 'Time a turn was held by a check', 'ms'),
      inner: true,
    },
  },
}
