import { dlopen } from 'bun:ffi'
import { expect, test } from 'bun:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { closeInstance, givesBack } from './allocator.ts'

/** Asks the allocator in DuckDB's library, which only there is jemalloc. */
function openAllocator(): { givesBack(): boolean } {
  const library = Bun.resolveSync('@duckdb/node-bindings-linux-x64/libduckdb.so', import.meta.dir)
  const { symbols } = dlopen(library, {
    duckdb_je_mallctl: { args: ['ptr', 'ptr', 'ptr', 'ptr', 'u64'], returns: 'i32' },
  })
  return {
    givesBack() {
      const answer = new Uint8Array(1)
      const size = new BigUint64Array([1n])
      expect(symbols.duckdb_je_mallctl(Buffer.from('background_thread\0'), answer, size, null, 0)).toBe(0)
      return answer[0] === 1
    },
  }
}

test.skipIf(process.platform !== 'linux' || process.arch !== 'x64')(
  'memory is given back although an instance beside the store ended',
  async () => {
    const allocator = openAllocator()
    const store = await DuckDBInstance.create(':memory:', givesBack)
    expect(allocator.givesBack()).toBe(true)

    // Why the module is there. When this fails, DuckDB leaves the threads alone, and the module may go.
    const plain = await DuckDBInstance.create(':memory:', givesBack)
    plain.closeSync()
    expect(allocator.givesBack()).toBe(false)

    for (let round = 0; round < 2; round++) {
      await closeInstance(await DuckDBInstance.create(':memory:'))
      expect(allocator.givesBack()).toBe(true)
    }
    store.closeSync()
  },
)
