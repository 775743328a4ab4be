// doctor-hook.ts: hands a test event to the hook command, finds it in the database and takes it out again.
import { agents } from '#importers/index.ts'
import type { Config } from '../config.ts'
import type { Client } from './client.ts'
import { hook } from './hook.ts'

/** The session of test events; nothing of it stays. */
const session = 'telltale-doctor'

/**
 * The way of an agent's hook: the command, as the agent calls it, with whatever token it finds. It never complains, so only the
 * database tells whether the event came through.
 *
 * @returns what went wrong.
 */
export async function testHook(
  api: Client,
  { home, token }: Pick<Config, 'home' | 'token'>,
): Promise<string | undefined> {
  const tool = agents.find(({ hooks }) => hooks)!.id
  const payload = JSON.stringify({ session_id: session, hook_event_name: 'SessionStart', source: 'startup', cwd: '/' })
  try {
    await hook({ tool, home, token, stdin: async () => payload })
    const sql = `select count(*) as found from sessions where session_id = '${session}'`
    const { rows } = await api.send<{ rows: unknown[][] }>('POST', '/api/sql', { sql })
    return Number(rows[0]?.[0] ?? 0) > 0 ? undefined : 'a test event of `telltale hook` did not reach the database'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    for await (const _ of api.lines('/api/delete', { what: 'sessions', session, compact: false }));
  }
}
