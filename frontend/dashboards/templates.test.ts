// templates.test.ts: dashboards to begin with are well laid out and of known kinds.
import { expect, test } from 'bun:test'
import { kindOf } from './kinds.ts'
import { inReadingOrder, settle } from './layout.ts'
import { templates } from './templates.ts'

for (const { id, widgets } of templates) {
  test(`${id} stands as it is written, and sets only what its kinds have`, () => {
    const places = widgets.map((widget, index) => ({ ...widget, id: `${index}` }))
    expect(settle(places).map((one) => [one.title, one.gridColumn, one.gridRow])).toEqual(
      inReadingOrder(places).map((one) => [one.title, one.gridColumn, one.gridRow]),
    )
    for (const { widgetType, config } of widgets) {
      const kind = kindOf(widgetType)
      for (const [key, value] of Object.entries(config)) {
        const field = kind?.fields.find((one) => one.key === key)
        expect([widgetType, key, field?.type]).not.toEqual([widgetType, key, undefined])
        if (field?.type === 'choice') expect(field.options.map((option) => option.value)).toContain(String(value))
      }
    }
  })
}
