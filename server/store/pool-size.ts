// pool-size.ts: makes Bun's work pool large enough; must be the program's first import.
import { dlopen, FFIType, ptr } from 'bun:ffi'

/**
 * Every DuckDB call occupies a thread of the work pool, whose size is the number of cores. On two cores, two slow
 * dashboard queries stopped ingestion for as long as they ran; 8 readers made commits take p99 1,013 ms, with 32 threads
 * 27 ms. Bun reads the size from the real environment once, at first use, so `process.env` is too late: libc's `setenv`
 * it is. Where there is no libc to be found (Windows) the pool keeps its size.
 *
 * In the compiled binary this comes first (5 and more threads were seen); run from its sources, Bun has already loaded
 * modules with a pool of three, so that `make dev` sets the variable from outside.
 */
export const poolThreads = 32

function enlargePool(): void {
  const libraries =
    process.platform === 'darwin' ? ['libSystem.B.dylib'] : ['libc.so.6', 'libc.so', 'libc.musl-x86_64.so.1']
  const text = (value: string) => Buffer.from(`${value}\0`)
  for (const library of libraries) {
    try {
      const { symbols } = dlopen(library, {
        setenv: { args: [FFIType.ptr, FFIType.ptr, FFIType.i32], returns: FFIType.i32 },
      })
      symbols.setenv(ptr(text('UV_THREADPOOL_SIZE')), ptr(text(String(poolThreads))), 1)
      return
    } catch {
      // Not under this name.
    }
  }
}

enlargePool()
