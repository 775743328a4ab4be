// metrics.ts: what the metrics of services that follow the GenAI conventions are called and mean, for people.
import type { MetricCatalogue } from '#proto/metric-facts.ts'
import { calls, lasting, tokens } from '../metric-facts.ts'

export const metricCatalogue: MetricCatalogue = {
  families: { gen_ai: 'GenAI conventions' },
  metrics: {
    'gen_ai.client.token.usage': tokens('Tokens per request', 'Tokens of a model request', 'gen_ai.token.type'),
    'gen_ai.client.operation.duration': lasting(
      'Request time',
      'How long model requests took',
      's',
      'gen_ai.request.model',
    ),
    'gen_ai.client.inference.duration': lasting(
      'Inference time',
      'How long the model took',
      's',
      'gen_ai.request.model',
    ),
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
  },
}
