// metric-names.test.ts: every metric has a name for people, known or not.
import { expect, test } from 'bun:test'
import { groupMetrics, knownMetrics, nameMetric } from './metric-names.ts'

const facts = (agent: string, name: string, title: string, unit?: string, ...breakdowns: string[]) => ({
  agent,
  name,
  title,
  about: title,
  ...(unit ? { unit } : {}),
  breakdowns,
  inner: false,
})
const known = knownMetrics({
  families: [
    { prefix: 'claude_code', name: 'Claude Code' },
    { prefix: 'codex', name: 'Codex' },
    { prefix: 'gemini_cli', name: 'Gemini CLI' },
  ],
  metrics: [
    facts('claude-code', 'claude_code.token.usage', 'Tokens', 'tokens', 'type', 'model'),
    facts('claude-code', 'claude_code.commit.count', 'Commits'),
    facts('claude-code', 'claude_code.cost.usage', 'Cost', 'USD', 'model'),
    facts('codex', 'codex.tool.call', 'Tool calls', undefined, 'tool'),
    facts('gemini', 'gemini_cli.token.usage', 'Tokens', 'tokens', 'type'),
  ],
})

test('a known metric has its title, unit and breakdown', () => {
  expect(nameMetric('claude_code.token.usage', known)).toMatchObject({
    title: 'Tokens',
    family: 'Claude Code',
    unit: 'tokens',
    breakdowns: ['type', 'model'],
    delta: false,
  })
})

test('the increase of a counter is told from the counter', () => {
  expect(nameMetric('gemini_cli.token.usage.delta', known)).toMatchObject({
    title: 'Tokens, increase',
    family: 'Gemini CLI',
    delta: true,
  })
})

test('an unknown metric is named after itself', () => {
  expect(nameMetric('shop.cart.add_count', known)).toMatchObject({ title: 'Cart add count', family: 'Shop' })
  expect(nameMetric('codex.plugins.startup_sync.duration_ms', known)).toMatchObject({
    title: 'Plugins startup sync duration',
    family: 'Codex',
    unit: 'ms',
  })
  expect(nameMetric('uptime', known)).toMatchObject({ title: 'Uptime', family: 'Other' })
})

test('agents come before unknown families, and a search looks at titles and names', () => {
  const groups = groupMetrics(
    ['zoo.a', 'codex.tool.call', 'claude_code.commit.count', 'claude_code.cost.usage'],
    '',
    known,
  )
  expect(groups.map(({ family }) => family)).toEqual(['Claude Code', 'Codex', 'Zoo'])
  expect(
    groupMetrics(['codex.tool.call', 'codex.sse_event'], 'tool calls', known).map(({ metrics }) =>
      metrics.map(({ name }) => name),
    ),
  ).toEqual([['codex.tool.call']])
})
