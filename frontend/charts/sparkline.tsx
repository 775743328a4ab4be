// sparkline.tsx: how a number went, without axes; the last, unfinished step is dotted.
import { cx } from '../ui/cx.ts'

type SparklineProps = { values: readonly (number | null)[]; partial?: boolean; color?: string; className?: string }

const width = 100
const height = 24

export function Sparkline({ values, partial, color = 'var(--subtle)', className }: SparklineProps) {
  const known = values.filter((value) => value !== null)
  if (known.length < 2) return <span className={cx('block', className)} />
  const high = Math.max(...known, 0)
  const low = Math.min(...known, 0)
  const x = (index: number) => (index / (values.length - 1)) * width
  const y = (value: number) => height - 1.5 - ((value - low) / (high - low || 1)) * (height - 3)
  let path = ''
  let dotted = ''
  for (let index = 1; index < values.length; index++) {
    const [from, to] = [values[index - 1], values[index]]
    if (from === null || from === undefined || to === null || to === undefined) continue
    const segment = `M${x(index - 1).toFixed(1)} ${y(from).toFixed(1)}L${x(index).toFixed(1)} ${y(to).toFixed(1)}`
    if (partial && index === values.length - 1) dotted += segment
    else path += segment
  }
  return (
    <svg
      aria-hidden
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      fill="none"
      stroke={color}
      className={cx('block overflow-visible', className)}
    >
      <path d={path} strokeWidth={1.5} vectorEffect="non-scaling-stroke" strokeLinejoin="round" strokeLinecap="round" />
      <path d={dotted} strokeWidth={1.5} vectorEffect="non-scaling-stroke" strokeDasharray="2 3" />
    </svg>
  )
}
