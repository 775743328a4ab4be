import { describe, expect, test } from 'bun:test'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkExposure, type Flags, loadConfig } from './config.ts'
import { UsageError } from './usage-error.ts'

const home = (toml?: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-config-'))
  if (toml !== undefined) writeFileSync(join(folder, 'config.toml'), toml)
  return folder
}

/** The message of the error that these flags, variables and file give. */
function refusal(flags: Flags, variables: Record<string, string> = {}, toml?: string): string {
  try {
    loadConfig({ home: home(toml), ...flags }, variables)
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  return 'accepted'
}

describe('precedence', () => {
  test('nothing set gives the defaults of the contract', () => {
    const config = loadConfig({}, { HOME: '/home/someone' })
    expect(config).toMatchObject({ otlpPort: 4318, grpcPort: 4317, apiPort: 8080, host: '127.0.0.1', privacy: 3 })
    expect(config.database).toBe('/home/someone/.telltale/telltale.duckdb')
  })

  test('the file is under the old variable, the old under ours, ours under the flag', () => {
    const folder = home('otlp_port = 1\n')
    expect(loadConfig({ home: folder }, {}).otlpPort).toBe(1)
    expect(loadConfig({ home: folder }, { AI_OBSERVER_OTLP_PORT: '2' }).otlpPort).toBe(2)
    expect(loadConfig({ home: folder }, { AI_OBSERVER_OTLP_PORT: '2', TELLTALE_OTLP_PORT: '3' }).otlpPort).toBe(3)
    expect(loadConfig({ home: folder, otlpPort: '4' }, { TELLTALE_OTLP_PORT: '3' }).otlpPort).toBe(4)
  })

  test('the database path of the rival is accepted, and ~ means the home folder', () => {
    const variables = { HOME: '/home/someone', AI_OBSERVER_DATABASE_PATH: '~/data/x.duckdb' }
    expect(loadConfig({}, variables).database).toBe('/home/someone/data/x.duckdb')
  })
})

describe('a value that cannot be used is an error that names the setting, the value and what is valid', () => {
  test.each([
    [{ otlpPort: '70000' }, '--otlp-port: "70000" is not a port'],
    [{ apiPort: '80a' }, '--api-port: "80a" is not a port'],
    [{ logLevel: 'LOUD' }, 'use one of DEBUG, INFO, WARN, ERROR'],
    [{ retentionSeconds: 'soon' }, 'such as 90d'],
    [{ retentionBytes: '5MB' }, 'such as 20GB'],
    [{ retentionBytes: 'lots' }, 'such as 20GB'],
    [{ privacy: '4' }, 'use one of 1, 2, 3'],
    [{ bodyBytesMax: '5' }, 'such as 64MiB'],
    [{ host: 'a b' }, 'is not an address'],
    [{ frontendUrl: 'http://x/path' }, 'is not an origin'],
  ] as [Flags, string][])('%j', (flags, message) => expect(refusal(flags)).toContain(message))

  test('an environment variable is named as it was set', () => {
    expect(refusal({}, { AI_OBSERVER_API_PORT: 'x' })).toContain('AI_OBSERVER_API_PORT: "x"')
  })

  test('a broken file is named with its line, an unknown key with the keys there are', () => {
    expect(refusal({}, {}, 'a = [\n')).toContain('config.toml is not valid TOML (line')
    expect(refusal({}, {}, 'oltp_port = 1\n')).toContain('there is no setting "oltp_port"')
  })
})

test('a host that others reach is accepted with a token or when the user insists', () => {
  const exposed = (flags: Flags, hasTokens: boolean) => () => checkExposure(loadConfig(flags, {}), hasTokens)
  expect(exposed({ host: '0.0.0.0' }, false)).toThrow(
    '--host: "0.0.0.0" would let other machines read your prompts: set --token',
  )
  expect(() => checkExposure(loadConfig({}, { TELLTALE_HOST: '0.0.0.0' }), false)).toThrow('TELLTALE_HOST: "0.0.0.0"')
  expect(exposed({ host: '0.0.0.0', token: 'secret' }, false)).not.toThrow()
  expect(exposed({ host: '0.0.0.0', insecure: 'true' }, false)).not.toThrow()
  expect(exposed({ host: '0.0.0.0' }, true)).not.toThrow()
})

test('an empty home or database is refused, for it would be the folder one stands in', () => {
  expect(() => loadConfig({ home: '' }, {})).toThrow('--home: the value is empty')
  expect(() => loadConfig({ database: ' ' }, {})).toThrow('--database: the value is empty')
})
