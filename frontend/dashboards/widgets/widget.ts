// widget.ts: what every widget is given.
import type { View } from '../../lib/use-window.ts'
import type { Config } from '../config.ts'

export type WidgetProps = {
  config: Config
  /** The time range that holds for this widget. */
  view: View
  /** The room it has, px. */
  height: number
  title: string
}
