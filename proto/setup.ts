// setup.ts: how an agent is told to send its telemetry here: which of its own files change, and how.
import type { Env } from './agent.ts'

/** What the user wants the agent to be told. */
export type SetupOptions = {
  /** Base address of OTLP over HTTP, without a path of a signal and without a slash at its end. */
  otlpUrl: string
  /** Base address of OTLP over gRPC; used only when that is the protocol. */
  grpcUrl: string
  protocol: 'grpc' | 'http/protobuf' | 'http/json'
  token?: string | undefined
  /** 1 metadata, 2 + prompts and tool details, 3 + responses. */
  privacy: 1 | 2 | 3
  /** Also have the agent call `hook`. */
  hooks: boolean
  /** The command line that takes a hook call on stdin: `telltale hook claude-code`. */
  hook: string
}

/** One file of an agent (or, where an agent reads only its environment, one of ours to be sourced). */
export type SetupFile = {
  /** Absolute; it need not exist. */
  path: string
  /** A file that a shell must source before it takes effect. */
  sourced?: boolean
  /** Of a sourced file: the variable that tells where telemetry goes, when a shell has it from elsewhere. */
  variable?: string
  /**
   * The file's text as it should be. Everything that is not ours stays byte for byte; planning what is already so gives
   * the same text.
   *
   * @throws UnusableConfig when the present text is broken or holds something else where ours belongs.
   */
  plan(current: string | undefined, options: SetupOptions): string
  /** Where the text sends telemetry now; `undefined` when it sends none. @throws UnusableConfig when it is broken. */
  endpoint(current: string | undefined): string | undefined
  /** Whether the text has the agent call our hook command. */
  hooked?(current: string | undefined): boolean
}

/** What `telltale setup` knows of an agent. */
export type Setup = {
  /** The agent's program, as it is found in PATH; `--version` prints its version. */
  program: string
  /** Folders whose existence shows that the agent is used here even when its program is not in PATH. */
  traces(env: Env): string[]
  /** `ourFolder`: where files of ours that a shell sources may be put. */
  files(env: Env, ourFolder: string): SetupFile[]
  /**
   * What the agent finds in its environment when `telltale run` starts it, so that it sends here whatever its configuration
   * says; `null` takes a variable away that would lead elsewhere. Over HTTP, without a token.
   */
  run(env: Env, options: SetupOptions): Record<string, string | null>
  /**
   * Of an agent whose environment says nothing about telemetry: the variable that names its folder, the folder, and the file in
   * it that `files` plans. It is given a folder of the same content in which that file is planned.
   */
  runFolder?: { variable: string; folder(env: Env): string; file: string }
  /** Known traps that this machine, or these options, would fall into. */
  warnings(env: Env, options: SetupOptions): string[]
}

/** A file that must not be touched. The message says what is wrong and where. */
export class UnusableConfig extends Error {
  override name = 'UnusableConfig'
}
