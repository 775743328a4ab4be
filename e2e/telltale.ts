// telltale.ts: starts the compiled binary in an empty home on free ports, and stops it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The program under test: the compiled binary that `make test` builds, or the one named by TELLTALE_BIN. */
export const binary = process.env.TELLTALE_BIN ?? join(import.meta.dir, '../dist/telltale')

/** What `<home>/server.json` says. */
export type ServerFile = {
  pid: number
  version: string
  startedAt: string
  apiUrl: string
  otlpUrl: string
  grpcUrl: string | null
}

/** A running server. */
export type Running = ServerFile & {
  home: string
  process: Bun.Subprocess<'ignore', 'pipe', 'pipe'>
  /** What it wrote on stderr so far. */
  errors(): string
  /** GET under the API's address, as JSON; throws with the body when the status is not 2xx. */
  get<T = any>(path: string): Promise<T>
  /** Ends it with a signal and waits; gives its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number>
  /** Stops it and removes its home. */
  dispose(): Promise<void>
}

/** An environment in which nothing of this machine's user shows: no agents, no settings. */
export function emptyEnvironment(home: string): Record<string, string> {
  return {
    HOME: home,
    PATH: process.env.PATH ?? '',
    TMPDIR: tmpdir(),
    XDG_CACHE_HOME: join(tmpdir(), 'telltale-e2e-cache'),
  }
}

/** A new, empty folder. */
export function newHome(): string {
  return mkdtempSync(join(tmpdir(), 'telltale-e2e-'))
}

/** A port that was free a moment ago; for gRPC, where 0 means off. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}

/**
 * Starts `telltale serve` (or what `verb` says, nothing for plain `telltale`) and waits until it listens. `home` is kept when
 * given, so that a restart finds its data.
 */
export async function start(
  options: {
    home?: string
    verb?: string[]
    flags?: string[]
    environment?: Record<string, string>
    grpc?: boolean
    /** What the program is started by, such as a shell that sets limits and becomes it with `exec`. */
    by?: string[]
  } = {},
): Promise<Running> {
  const home = options.home ?? newHome()
  const grpcPort = options.grpc ? await freePort() : 0
  const child = Bun.spawn(
    [
      ...(options.by ?? []),
      binary,
      '--home',
      join(home, '.telltale'),
      ...(options.verb ?? ['serve']),
      '--otlp-port',
      '0',
      '--api-port',
      '0',
      '--grpc-port',
      String(grpcPort),
      ...(options.flags ?? []),
    ],
    {
      env: { ...emptyEnvironment(home), ...options.environment },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
      cwd: home,
    },
  )
  let errors = ''
  void (async () => {
    for await (const chunk of child.stderr) errors += new TextDecoder().decode(chunk)
  })()
  void (async () => {
    for await (const _ of child.stdout) {
      // Read, so that the program never waits for us.
    }
  })()
  const file = await serverFile(join(home, '.telltale'), child, () => errors)
  return {
    ...file,
    home,
    process: child,
    errors: () => errors,
    async get(path) {
      const response = await fetch(new URL(path, file.apiUrl))
      if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`)
      return response.json()
    },
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      return child.exited
    },
    async dispose() {
      if (child.exitCode === null) {
        child.kill('SIGKILL')
        await child.exited
      }
      rmSync(home, { recursive: true, force: true })
    },
  }
}

async function serverFile(home: string, child: Bun.Subprocess, errors: () => string): Promise<ServerFile> {
  for (let waited = 0; waited < 20_000; waited += 25) {
    if (child.exitCode !== null) throw new Error(`telltale ended with ${child.exitCode}: ${errors()}`)
    try {
      const file = JSON.parse(readFileSync(join(home, 'server.json'), 'utf8')) as ServerFile
      if (file.pid === child.pid) return file
    } catch {
      // Not written yet.
    }
    await Bun.sleep(25)
  }
  throw new Error(`telltale did not start within 20 s: ${errors()}`)
}

/** Runs one command of the binary to its end. */
export async function command(
  home: string,
  args: string[],
  options: { stdin?: string; environment?: Record<string, string>; cwd?: string } = {},
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const child = Bun.spawn([binary, ...args], {
    env: { ...emptyEnvironment(home), ...options.environment },
    stdin: options.stdin === undefined ? 'ignore' : new Blob([options.stdin]),
    stdout: 'pipe',
    stderr: 'pipe',
    cwd: options.cwd ?? home,
  })
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { exitCode, stdout, stderr }
}
