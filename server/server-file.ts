// server-file.ts: `<home>/server.json` and `server.token`: how commands find the running server, and what they call it with.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the file says (contract §1). `grpcUrl` is null when gRPC is off. */
export type ServerFile = {
  pid: number
  version: string
  startedAt: string
  apiUrl: string
  otlpUrl: string
  grpcUrl: string | null
}

const pathIn = (home: string) => join(home, 'server.json')
const tokenIn = (home: string) => join(home, 'server.token')

/**
 * Writes the files whole or not at all, readable by their owner alone. The token is this process's own: whoever can read it
 * could read the database, too, so its owner's commands and hooks need not be given the server's tokens.
 */
export function writeServerFile(home: string, file: ServerFile, ownerToken: string): void {
  writePrivate(tokenIn(home), ownerToken)
  writePrivate(pathIn(home), JSON.stringify(file, null, 2))
}

function writePrivate(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, `${text}\n`, { mode: 0o600 })
  renameSync(temporary, path)
}

/** Removes the files if they are this process's own. */
export function removeServerFile(home: string): void {
  if (readServerFile(home)?.pid !== process.pid) return
  rmSync(pathIn(home), { force: true })
  rmSync(tokenIn(home), { force: true })
}

/** The headers with which a command calls the server of its home: the token it was given, else the owner's. */
export function callerHeaders({ home, token }: { home: string; token?: string | undefined }): Record<string, string> {
  const own = token ?? ownerToken(home)
  return own ? { authorization: `Bearer ${own}` } : {}
}

function ownerToken(home: string): string | undefined {
  try {
    return readFileSync(tokenIn(home), 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}

/** The file's content, or nothing when there is none, it cannot be read, or its process is gone. */
export function readServerFile(home: string): ServerFile | undefined {
  try {
    const file = JSON.parse(readFileSync(pathIn(home), 'utf8')) as ServerFile
    process.kill(file.pid, 0)
    return file
  } catch (error) {
    // EPERM: the process is there, but another user's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined
    return JSON.parse(readFileSync(pathIn(home), 'utf8')) as ServerFile
  }
}
