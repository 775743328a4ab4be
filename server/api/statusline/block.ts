// block.ts: the five hours that a subscription's limit counts by.

const hourNano = 3_600_000_000_000n
export const blockNano = 5n * hourNano

export type Activity = { first: bigint; last: bigint; nanoUsd: bigint }
export type Block = { start: bigint; end: bigint; nanoUsd: bigint }

/**
 * The block that is open at a moment. One begins with the hour (UTC) of the first request after the last block's end, or after
 * five hours without any; it ends five hours later. The same rule as ccusage's.
 *
 * @param activity in order of time.
 */
export function blockAt(activity: readonly Activity[], now: bigint): Block | undefined {
  let block: Block | undefined
  let last = 0n
  for (const { first, last: until, nanoUsd } of activity) {
    if (!block || first >= block.end || first - last >= blockNano) {
      const start = first - (first % hourNano)
      block = { start, end: start + blockNano, nanoUsd: 0n }
    }
    block.nanoUsd += nanoUsd
    last = until
  }
  return block && now < block.end && now - last < blockNano ? block : undefined
}
