// server-file.ts: `<home>/server.json`: how commands find the running server.
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

/** Writes the file whole or not at all, readable by its owner alone. */
export function writeServerFile(home: string, file: ServerFile): void {
  const temporary = `${pathIn(home)}.${process.pid}`
  writeFileSync(temporary, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 })
  renameSync(temporary, pathIn(home))
}

/** Removes the file if it is this process's own. */
export function removeServerFile(home: string): void {
  if (readServerFile(home)?.pid === process.pid) rmSync(pathIn(home), { force: true })
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
