// questions.ts: sessions and usage that a commit changed, read back for the live page in the shapes of their lists.
import type { Store } from '../../store/store.ts'
import { allTime } from '../params.ts'
import { listSessions, sessionOf } from '../sessions/session.ts'
import { readUsage } from '../usage/read-usage.ts'
import { usageEntry } from '../usage/routes.ts'
import { type LiveRecord, liveRecord } from './records.ts'

export type ChangedSession = { tool: string; sessionId: string }

/** What there is to tell about a session that changed, by topic. */
export type LiveQuestions = {
  session(changed: ChangedSession): Promise<LiveRecord[]>
  /** @param service whose the session is, as its own record says; its tool where there is none */
  usage(changed: ChangedSession, service: string): Promise<LiveRecord[]>
}

/** Each is a small query, and there is never more than one of them at a time. */
export function liveQuestions(store: Store): LiveQuestions {
  return {
    async session({ tool, sessionId }) {
      const rows = await listSessions(store, {
        ...allTime({}),
        tool,
        session: sessionId,
        sort: 'lastTime',
        direction: 1,
        limit: 1,
        offset: 0,
      })
      return rows.map((row) => {
        const session = sessionOf(row)
        return liveRecord('sessions', session.serviceName, sessionId, () => session)
      })
    },
    async usage({ tool, sessionId }, service) {
      const { groups } = await readUsage(store, {
        ...allTime({}),
        groupBy: ['tool', 'session', 'model'],
        tz: 'UTC',
        filters: { tool, session: sessionId },
      })
      return groups.map((group) => liveRecord('usage', service, sessionId, () => usageEntry(group)))
    },
  }
}
