// questions.ts: sessions and usage that a commit changed, read back for the live page in the shapes of their lists.
import type { Store } from '../../store/store.ts'
import { allTime } from '../params.ts'
import { listSessions, sessionOf } from '../sessions/session.ts'
import { readUsage } from '../usage/read-usage.ts'
import { usageEntry } from '../usage/routes.ts'
import { type LiveRecord, liveRecord } from './records.ts'

export type ChangedSession = { tool: string; sessionId: string }

/** What there is to tell about sessions that changed, by topic. */
export type LiveQuestions = {
  sessions(changed: readonly ChangedSession[]): Promise<LiveRecord[]>
  usage(changed: readonly ChangedSession[]): Promise<LiveRecord[]>
}

/** Both read one session after the other: a few small queries, and never more than one at a time. */
export function liveQuestions(store: Store): LiveQuestions {
  const services = new Map<string, string>()
  const keyOf = ({ tool, sessionId }: ChangedSession) => `${tool}/${sessionId}`

  return {
    async sessions(changed) {
      const records: LiveRecord[] = []
      services.clear()
      for (const { tool, sessionId } of changed) {
        const rows = await listSessions(store, {
          ...allTime({}),
          tool,
          session: sessionId,
          sort: 'lastTime',
          direction: 1,
          limit: 1,
          offset: 0,
        })
        for (const row of rows) {
          const session = sessionOf(row)
          services.set(keyOf({ tool, sessionId }), session.serviceName)
          records.push(liveRecord('sessions', session.serviceName, sessionId, () => session))
        }
      }
      return records
    },
    async usage(changed) {
      const records: LiveRecord[] = []
      for (const { tool, sessionId } of changed) {
        const { groups } = await readUsage(store, {
          ...allTime({}),
          groupBy: ['tool', 'session', 'model'],
          tz: 'UTC',
          filters: { tool, session: sessionId },
        })
        const service = services.get(keyOf({ tool, sessionId })) ?? tool
        for (const group of groups) {
          records.push(liveRecord('usage', service, sessionId, () => usageEntry(group)))
        }
      }
      return records
    },
  }
}
