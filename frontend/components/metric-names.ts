// metric-names.ts: the names of metrics, as the server knows them.
import { useMemo } from 'react'
import { metricCatalogue } from '../api.ts'
import { useAnswer } from '../lib/answers.ts'
import { type KnownMetrics, knownMetrics } from '../lib/metric-names.ts'

/** The catalogue; metrics are named after themselves until it is there. */
export function useKnownMetrics(): KnownMetrics {
  const { data } = useAnswer(metricCatalogue())
  return useMemo(() => knownMetrics(data), [data])
}
