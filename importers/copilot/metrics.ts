// metrics.ts: what the metrics of Copilot are called and mean, for people.
import type { MetricCatalogue } from '#proto/metric-facts.ts'
import { calls, cost, lasting, tokens } from '../metric-facts.ts'

export const metricCatalogue: MetricCatalogue = {
  families: { github_copilot: 'Copilot', 'github.copilot': 'Copilot' },
  metrics: {
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
  },
}
