// basis.tsx: where a cost comes from.
import { BadgeCheck, Calculator, CircleHelp, Gift, Split } from 'lucide-react'
import type { Basis as BasisName } from '../lib/shapes.ts'

const looks: Record<BasisName, { icon: typeof Gift; title: string }> = {
  reported: { icon: BadgeCheck, title: 'as the agent reported it' },
  computed: { icon: Calculator, title: 'tokens times the price table' },
  mixed: { icon: Split, title: 'partly reported, partly computed or unpriced' },
  unpriced: { icon: CircleHelp, title: 'no price is known for this model' },
  included: { icon: Gift, title: 'free, or part of a plan' },
}

export function Basis({ name }: { name: BasisName }) {
  const look = looks[name]
  return (
    <span title={look.title} className="inline-flex items-center gap-1 text-12 text-muted">
      <look.icon aria-hidden className="size-3.5" />
      {name}
    </span>
  )
}
