// frozen-time.ts: records with a time in ns, as JSON and back.

/** A record whose time is spelled, so that it survives as JSON. */
export type Frozen<T extends { timeUnixNano: bigint }> = Omit<T, 'timeUnixNano'> & { timeUnixNano: string }

export function frozen<T extends { timeUnixNano: bigint }>(record: T): Frozen<T> {
  return { ...record, timeUnixNano: String(record.timeUnixNano) }
}

export function thawed<T extends { timeUnixNano: bigint }>(record: Frozen<T>): T {
  return { ...record, timeUnixNano: BigInt(record.timeUnixNano) } as unknown as T
}
