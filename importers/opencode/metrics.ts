// metrics.ts: what the metrics of opencode are called and mean, for people.
import type { MetricCatalogue } from '#proto/metric-facts.ts'
import { calls, cost, lasting, tokens } from '../metric-facts.ts'

export const metricCatalogue: MetricCatalogue = {
  families: { opencode: 'opencode' },
  metrics: {
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
  },
}
