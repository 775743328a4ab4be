import { expect, test } from 'bun:test'
import { isOurHook, withHook } from './setup-values.ts'

test('a call of ours is known wherever the program lies and however its file is named', () => {
  for (const command of [
    'telltale hook codex',
    "'/opt/my tools/telltale' hook codex --home '/x'",
    '/opt/telltale-linux-x64 hook codex',
    '"C:\\tools\\telltale.exe" hook codex',
  ])
    expect([command, isOurHook(command, 'codex')]).toEqual([command, true])
  for (const command of [
    'telltale hook gemini',
    'telltale-notes; other hook codex',
    'hook codex',
    'echo telltale',
    undefined,
  ])
    expect([command, isOurHook(command, 'codex')]).toEqual([command, false])
})

test('a call under another name is put right and not added beside', () => {
  const old = { type: 'command', command: '/old/telltale-0.1 hook codex' }
  expect(withHook([{ hooks: [old] }], 'codex', '/new/telltale hook codex')).toEqual([
    { hooks: [{ type: 'command', command: '/new/telltale hook codex' }] },
  ])
})
