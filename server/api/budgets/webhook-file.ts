// webhook-file.ts: where alerts are sent, and which have been: a private file beside the database. The address is as secret
// as a password (whoever knows a chat's can write into it), so it is in no table that can be read by SQL or exported.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** `sent`: what was delivered, by {@link alertKey}, so that a restart tells nobody twice. */
export type WebhookFile = { url?: string; sent: string[] }

/** More than all budgets of a year can fire. */
const sentMax = 2000

export const webhookPath = (databasePath: string): string => join(dirname(databasePath), 'webhook.json')

/** What the file says; a file that cannot be read says nothing. */
export function readWebhook(path: string): WebhookFile {
  try {
    const { url, sent } = JSON.parse(readFileSync(path, 'utf8')) as { url?: unknown; sent?: unknown }
    return {
      ...(typeof url === 'string' ? { url } : {}),
      sent: Array.isArray(sent) ? sent.filter((key) => typeof key === 'string') : [],
    }
  } catch {
    return { sent: [] }
  }
}

/** Writes it whole or not at all, for its owner alone; nothing to say, no file. */
export function writeWebhook(path: string, { url, sent }: WebhookFile): void {
  if (url === undefined) {
    rmSync(path, { force: true })
    return
  }
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, `${JSON.stringify({ url, sent: sent.slice(-sentMax) }, null, 2)}\n`, { mode: 0o600 })
  renameSync(temporary, path)
}
