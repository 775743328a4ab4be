// metrics.ts: what the metrics of Gemini CLI are called and mean, for people.
import type { MetricCatalogue } from '#proto/metric-facts.ts'
import { calls, cost, lasting, tokens } from '../metric-facts.ts'

export const metricCatalogue: MetricCatalogue = {
  families: { gemini_cli: 'Gemini CLI' },
  metrics: {
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
    'gemini_cli.model_routing.latency': lasting(
      'Routing time',
      'Time to choose a model',
      'ms',
      'routing.decision_model',
    ),
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
  },
}
