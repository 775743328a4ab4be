// catalogue.test.ts: every metric has a name for people, known or not.
import { expect, test } from 'bun:test'
import { catalogue, groupMetrics, nameMetric } from './catalogue.ts'

test('a known metric has its title, unit and breakdown', () => {
  expect(nameMetric('claude_code.token.usage')).toMatchObject({
    title: 'Tokens',
    family: 'Claude Code',
    unit: 'tokens',
    by: 'type',
    delta: false,
  })
})

test('the increase of a counter is told from the counter', () => {
  expect(nameMetric('gemini_cli.token.usage.delta')).toMatchObject({
    title: 'Tokens, increase',
    family: 'Gemini CLI',
    delta: true,
  })
})

test('an unknown metric is named after itself', () => {
  expect(nameMetric('shop.cart.add_count')).toMatchObject({ title: 'Cart add count', family: 'Shop' })
  expect(nameMetric('codex.plugins.startup_sync.duration_ms')).toMatchObject({
    title: 'Plugins startup sync duration',
    family: 'Codex',
    unit: 'ms',
  })
  expect(nameMetric('uptime')).toMatchObject({ title: 'Uptime', family: 'Other' })
})

test('the catalogue holds the facts of some eighty metrics', () => {
  expect(Object.keys(catalogue).length).toBeGreaterThanOrEqual(80)
})

test('agents come before unknown families, and a search looks at titles and names', () => {
  const groups = groupMetrics(['zoo.a', 'codex.tool.call', 'claude_code.commit.count', 'claude_code.cost.usage'], '')
  expect(groups.map(({ family }) => family)).toEqual(['Claude Code', 'Codex', 'Zoo'])
  expect(
    groupMetrics(['codex.tool.call', 'codex.sse_event'], 'tool calls').map(({ metrics }) =>
      metrics.map(({ name }) => name),
    ),
  ).toEqual([['codex.tool.call']])
})
