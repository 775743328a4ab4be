// compaction.ts: a conversation that was summed up to fit its context, told in one way by every agent.
import type { MessageRecord } from '#proto/telemetry.ts'

/** Who asks for the summary: the name under which the request stands in the ledger, whatever the agent calls it. */
export const compactionAgent = 'compaction'

/** The transcript's entry of one; `/api/overhead` counts the keys that begin so. */
export const compactionKey = (id: string) => `compaction:${id}`

/** The entry itself, as each door tells it. */
export function compacted(
  id: string,
  facts: { trigger?: string | undefined; before?: number | undefined; after?: number | undefined } = {},
): Pick<MessageRecord, 'messageKey' | 'role' | 'content'> {
  const said = [
    facts.trigger,
    facts.before === undefined ? undefined : `${facts.before} tokens before`,
    facts.after === undefined ? undefined : `${facts.after} after`,
  ].filter(Boolean)
  return {
    messageKey: compactionKey(id),
    role: 'system',
    content: `Conversation compacted${said.length > 0 ? ` (${said.join(', ')})` : ''}`,
  }
}
