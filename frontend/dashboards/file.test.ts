// file.test.ts: dashboards as files: ours and ai-observer's, and files that are neither.
import { expect, test } from 'bun:test'
import type { Dashboard } from '../lib/shapes.ts'
import { dashboardFile, fileName, readDashboardFile } from './file.ts'

const title = (kind: string) => `a ${kind}`

test('what is exported is imported as it was', () => {
  const widget = {
    widgetType: 'usage_value',
    title: 'Cost',
    gridColumn: 3,
    gridRow: 2,
    colSpan: 2,
    rowSpan: 1,
    config: { value: 'costUsd', deep: [1, { a: null }] },
  }
  const times = { createdAt: '2026-11-22T00:00:00Z', updatedAt: '2026-11-22T00:00:00Z' }
  const dashboard = {
    id: 'x',
    name: 'Mine',
    description: 'of my own',
    isDefault: true,
    ...times,
    widgets: [{ id: 'w', dashboardId: 'x', ...widget, ...times }],
  } as unknown as Dashboard
  expect(readDashboardFile(dashboardFile(dashboard), title)).toEqual({
    dashboard: { name: 'Mine', description: 'of my own', widgets: [widget] as never },
  })
})

test("ai-observer's file lands on twelve columns, with titles and rows as high as they need", () => {
  const file = {
    schemaVersion: 1,
    name: 'Theirs',
    widgets: [
      { widgetType: 'stats_traces', gridColumn: 1, gridRow: 1, colSpan: 1, rowSpan: 1 },
      { widgetType: 'stats_error_rate', gridColumn: 4, gridRow: 1, colSpan: 1, rowSpan: 1, config: {} },
      {
        widgetType: 'metric_chart',
        gridColumn: 1,
        gridRow: 2,
        colSpan: 2,
        rowSpan: 1,
        config: { metricName: 'claude_code.cost.usage', breakdownAttribute: 'model', chartStacked: true },
      },
      { widgetType: 'metric_value', gridColumn: 3, gridRow: 2, colSpan: 2, rowSpan: 1, config: { metricName: 'x' } },
      { widgetType: 'recent_activity', gridColumn: 1, gridRow: 3, colSpan: 4, rowSpan: 2 },
    ],
  }
  const read = readDashboardFile(JSON.stringify(file), title)
  if ('wrong' in read) throw new Error(read.wrong)
  expect(
    read.dashboard.widgets?.map((one) => [
      one.title,
      `${one.gridColumn},${one.gridRow} ${one.colSpan}×${one.rowSpan}`,
      JSON.stringify(one.config),
    ]),
  ).toEqual([
    ['a stats_traces', '0,0 3×1', '{}'],
    ['a stats_error_rate', '9,0 3×1', '{"of":"spans"}'],
    [
      'a metric_chart',
      '0,1 6×2',
      '{"metricName":"claude_code.cost.usage","breakdownAttribute":"model","chartStacked":true}',
    ],
    ['a metric_value', '6,1 6×2', '{"metricName":"x"}'],
    ['a recent_activity', '0,3 12×4', '{"of":"traces"}'],
  ])
})

test('a file that is none is told in one line that says where', () => {
  const widget = { widgetType: 't', gridColumn: 1, gridRow: 1, colSpan: 1, rowSpan: 1 }
  const whole = { schemaVersion: 1, name: 'N', widgets: [widget] }
  for (const [file, told] of [
    ['{', 'not JSON'],
    ['[]', 'JSON object'],
    [JSON.stringify({ ...whole, schemaVersion: 2 }), 'schemaVersion is 2'],
    [JSON.stringify({ name: 'N', widgets: [] }), 'schemaVersion is missing'],
    [JSON.stringify({ ...whole, name: ' ' }), 'name is missing'],
    [JSON.stringify({ ...whole, widgets: {} }), 'widgets is missing'],
    [JSON.stringify({ ...whole, widgets: [7] }), 'widgets[0] is not'],
    [JSON.stringify({ ...whole, widgets: [widget, { ...widget, colSpan: 0 }] }), 'widgets[1].colSpan is 0'],
    [JSON.stringify({ ...whole, widgets: [{ ...widget, gridRow: undefined }] }), 'widgets[0].gridRow is missing'],
    [JSON.stringify({ ...whole, widgets: [{ ...widget, gridRow: 1e9 }] }), 'widgets[0].gridRow is 1000000000'],
    [JSON.stringify({ ...whole, widgets: [{ ...widget, config: [] }] }), 'widgets[0].config'],
    [JSON.stringify({ ...whole, widgets: [{ ...widget, widgetType: '' }] }), 'widgets[0].widgetType'],
    [JSON.stringify({ ...whole, widgets: Array(201).fill(widget) }), 'more than 200'],
  ] as const) {
    const read = readDashboardFile(file, title)
    expect('wrong' in read ? read.wrong : 'read').toContain(told)
  }
})

test('a file is called after its dashboard', () => {
  expect(['Costs of the Week!', '日本', 'Été'].map(fileName)).toEqual([
    'costs-of-the-week.json',
    'dashboard.json',
    'e-te.json',
  ])
})
