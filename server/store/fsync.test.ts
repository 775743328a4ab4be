import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'telltale-fsync-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** strace makes the n-th fsync of each thread fail; not every machine lets it. */
const canInject = Bun.which('strace') !== null && Bun.spawnSync(['strace', '-o', '/dev/null', 'true']).exitCode === 0

test.skipIf(!canInject)(
  'a commit whose fsync fails is not acknowledged unless it is stored, and the next ones are made',
  async () => {
    const path = join(folder, 't.duckdb')
    const create = await openStore({ path })
    await create.transaction((tx) => tx.run('create table n (n bigint)'))
    await create.close()
    const script = `
      import { openStore } from ${JSON.stringify(join(import.meta.dir, 'store.ts'))}
      const store = await openStore({ path: ${JSON.stringify(path)} })
      const acknowledged = []
      let failed = 0
      for (let i = 0; i < 60; i++) {
        try {
          await store.transaction((tx) => tx.run('insert into n values ($i)', { i }))
          acknowledged.push(i)
        } catch {
          failed++
        }
      }
      console.log(JSON.stringify({ acknowledged, failed }))
      process.exit(0)
    `
    const inject = ['-e', 'trace=fsync,fdatasync', '-e', 'inject=fsync,fdatasync:error=EIO:when=3+7']
    const trace = join(folder, 'trace')
    const child = Bun.spawn(
      ['strace', '-f', '-qq', '-o', trace, '-P', `${path}.wal`, ...inject, process.execPath, '-e', script],
      { stdout: 'pipe', stderr: 'inherit' },
    )
    const { acknowledged, failed } = JSON.parse(await new Response(child.stdout).text())
    await child.exited
    expect(readFileSync(trace, 'utf8')).toContain('INJECTED')
    expect(failed).toBeGreaterThan(0)
    expect(acknowledged.length).toBeGreaterThan(10)
    const store = await openStore({ path })
    const rows = (await store.all('select n::integer as n from n order by n')).map(({ n }) => n)
    await store.close()
    expect(rows.filter((n, i) => rows.indexOf(n) !== i)).toEqual([])
    expect(acknowledged.filter((n: number) => !rows.includes(n))).toEqual([])
  },
)
