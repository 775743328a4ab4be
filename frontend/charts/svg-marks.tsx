// svg-marks.tsx: the marks of a chart as SVG.
import { memo } from 'react'
import type { Prepared } from './prepare.ts'

export const SvgMarks = memo(function SvgMarks({
  prepared,
  emphasis,
}: {
  prepared: Prepared
  emphasis?: string | undefined
}) {
  const opacity = (key: string) => (emphasis === undefined || emphasis === key ? 1 : 0.2)
  return (
    <>
      {prepared.bars.map((bar) => (
        <rect
          key={`${bar.key} ${bar.x}`}
          x={bar.x}
          y={bar.y}
          width={bar.width}
          height={bar.height}
          fill={bar.color}
          opacity={opacity(bar.key) * (bar.partial ? 0.5 : 1)}
        />
      ))}
      {prepared.lines.map((line) => (
        <g
          key={line.key}
          opacity={opacity(line.key)}
          fill="none"
          stroke={line.color}
          strokeWidth={1.5}
          strokeLinejoin="round"
        >
          {line.area && <path d={line.area} fill={line.color} stroke="none" opacity={0.12} />}
          <path d={line.path} />
          {line.dots && <path d={line.dots} strokeWidth={4} strokeLinecap="round" />}
          {line.dotted && <path d={line.dotted} strokeDasharray="2 3" />}
        </g>
      ))}
    </>
  )
})
