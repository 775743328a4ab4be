// metrics.ts: what the metrics of Claude Code are called and mean, for people.
import type { MetricCatalogue } from '#proto/metric-facts.ts'
import { calls, cost, lasting, tokens } from '../metric-facts.ts'

export const metricCatalogue: MetricCatalogue = {
  families: { claude_code: 'Claude Code' },
  metrics: {
    'claude_code.session.count': calls('Sessions', 'Sessions started or continued', 'start_type'),
    'claude_code.token.usage': tokens(
      'Tokens',
      'Tokens of all model requests, also those for titles and routing',
      'type',
      'model',
      'query_source',
      'effort',
      'agent.name',
      'skill.name',
      'plugin.name',
      'mcp_server.name',
    ),
    'claude_code.token.usage_user_facing': tokens(
      'Tokens, user-facing',
      'Tokens of the requests that answer the user, without tool routing',
    ),
    'claude_code.cost.usage': cost(
      'Cost',
      'What the agent says its requests cost',
      'model',
      'query_source',
      'effort',
      'agent.name',
      'skill.name',
      'plugin.name',
      'mcp_server.name',
    ),
    'claude_code.cost.usage_user_facing': cost(
      'Cost, user-facing',
      'Cost of the requests that answer the user, without tool routing',
    ),
    'claude_code.lines_of_code.count': calls('Lines of code', 'Lines added and removed', 'type', 'model'),
    'claude_code.commit.count': calls('Commits', 'Commits made in sessions'),
    'claude_code.pull_request.count': calls('Pull requests', 'Pull requests made in sessions'),
    'claude_code.code_edit_tool.decision': calls(
      'Edit decisions',
      'Edits accepted and rejected',
      'decision',
      'tool_name',
      'language',
      'source',
    ),
    'claude_code.active_time.total': lasting(
      'Active time',
      'Time in which the user or the agent did something',
      's',
      'type',
    ),
  },
}
