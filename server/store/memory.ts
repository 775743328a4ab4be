// memory.ts: whether statements take so much of the database's memory that what arrives is in want of it.
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import usedMemory from './used-memory.sql' with { type: 'text' }

export type MemoryWatch = {
  isTaken(): Promise<boolean>
  close(): void
}

/**
 * Of the memory limit. The rest is for what arrives: its rows stay in memory until the next checkpoint, and pages of the file are read
 * into it.
 */
const shareMax = 0.6

export function createMemoryWatch(instance: DuckDBInstance, limitBytes: number): MemoryWatch {
  let own: DuckDBConnection | undefined
  return {
    async isTaken() {
      own ??= await instance.connect()
      const [used] = (await own.runAndReadAll(usedMemory)).getRowObjectsJS()
      return Number(used?.bytes) > limitBytes * shareMax
    },
    close() {
      own?.closeSync()
      own = undefined
    },
  }
}
