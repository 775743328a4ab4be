// shell.test.ts: completion in the shells that are here, help with examples that hold, and the prompt for SQL in a terminal.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'shell-quote'
import { helps } from '../server/help.ts'
import { binary, command, newHome } from './telltale.ts'

const home = newHome()
const bin = mkdtempSync(join(tmpdir(), 'telltale-bin-'))
beforeAll(() => symlinkSync(binary, join(bin, 'telltale')))
afterAll(() => {
  for (const folder of [home, bin]) rmSync(folder, { recursive: true, force: true })
})

async function shell(program: string, args: string[]): Promise<string> {
  const child = Bun.spawn([program, ...args], {
    env: { HOME: home, PATH: `${bin}:${process.env.PATH}`, XDG_CACHE_HOME: join(tmpdir(), 'telltale-e2e-cache') },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    cwd: home,
  })
  const [text, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  if ((await child.exited) !== 0 || errors !== '') throw new Error(`${program}: ${errors}`)
  return text
}

/** What bash would offer at the end of these words, split as bash splits them. */
async function bash(...words: string[]): Promise<string[]> {
  const script = `source <(telltale completion bash)
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _telltale; printf '%s\\n' "\${COMPREPLY[@]}"`
  const text = await shell('bash', ['--norc', '-c', script, 'bash', 'telltale', ...words])
  return text.split('\n').filter((line) => line !== '')
}

const places: [words: string[], offered: string[]][] = [
  [['rep'], ['report']],
  [
    ['report', ''],
    ['daily', 'weekly', 'monthly', 'session', 'model', 'project', 'tool'],
  ],
  [
    ['token', ''],
    ['create', 'list', 'revoke', 'help'],
  ],
  [['setup', 'cl'], ['claude-code']],
  [['serve', '--retention-s'], ['--retention-size']],
  [
    ['export', 'all', '--format', ''],
    ['parquet', 'csv', 'jsonl'],
  ],
]

describe('completion', () => {
  test.each(places)('bash: %j', async (words, offered) => {
    expect(await bash(...words)).toEqual(offered)
  })

  test('bash: an option with its value, and nothing that was typed is run', async () => {
    expect(await bash('sql', '--format', '=', 'pa')).toEqual(['parquet'])
    await bash('report', `$(touch ${join(home, 'run')})`)
    await bash('report', '`touch run`', '')
    expect(existsSync(join(home, 'run'))).toBe(false)
  })

  test.skipIf(!Bun.which('fish'))('fish', async () => {
    for (const [words, offered] of places) {
      const script = `telltale completion fish | source; complete -C 'telltale ${words.join(' ')}'`
      const text = await shell('fish', ['--no-config', '-c', script])
      const found = text.split('\n').map((line) => line.split('\t')[0])
      expect([words, found.filter((one) => one !== '').sort()]).toEqual([words, [...offered].sort()])
    }
  })

  test.skipIf(!Bun.which('zsh'))('zsh reads the script', async () => {
    await shell('zsh', [
      '-f',
      '-c',
      'autoload -Uz compinit; compinit -u -D; source <(telltale completion zsh); whence _telltale',
    ])
  })

  test('another shell is refused', async () => {
    const { exitCode, stderr } = await command(home, ['completion', 'csh'])
    expect([exitCode, stderr.trim().split('\n').length]).toEqual([2, 1])
  })
})

describe('help', () => {
  test('every command has examples, and every example is a command line that is understood', async () => {
    const seen: string[] = []
    const visit = async (path: string[]): Promise<void> => {
      const { exitCode, stdout } = await command(home, [...path, '--help'])
      expect([path, exitCode, stdout.includes('\nExamples:\n')]).toEqual([path, 0, true])
      seen.push(path.join(' '))
      const [, list = ''] = stdout.split('\nCommands:\n')
      const names = [...(list.split('\n\n')[0] ?? '').matchAll(/^ {2}([a-z]+)\b/gm)].map(([, name]) => name!)
      for (const name of names) if (name !== 'help') await visit([...path, name])
    }
    await visit([])
    expect(seen.sort()).toEqual(Object.keys(helps).sort())
    for (const [path, { examples }] of Object.entries(helps)) {
      const { stdout } = await command(home, [...path.split(' ').filter((word) => word !== ''), '--help'])
      const general = path === '' ? '' : (await command(home, ['--help'])).stdout
      for (const [line] of examples) {
        const words = parse(line).filter((word): word is string => typeof word === 'string')
        expect([line, words[0]]).toEqual([line, 'telltale'])
        const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words
        if (path !== '') expect(own.slice(1).join(' ').startsWith(path)).toBe(true)
        for (const option of path === '' ? [] : own.filter((word) => word.startsWith('--')))
          expect([line, option, `${stdout}${general}`.includes(option)]).toEqual([line, option, true])
      }
    }
  }, 60_000)
})

describe('sql', () => {
  test.skipIf(!Bun.which('script'))(
    'the prompt answers, completes, goes on after an error, and keeps its history',
    async () => {
      // `script` gives it a terminal; what is typed waits until what was asked for has come.
      const child = Bun.spawn(['script', '-qec', `${binary} --home ${join(home, '.telltale')} sql`, '/dev/null'], {
        env: {
          HOME: home,
          PATH: process.env.PATH ?? '',
          TERM: 'xterm',
          XDG_CACHE_HOME: join(tmpdir(), 'telltale-e2e-cache'),
        },
        stdin: 'pipe',
        stdout: 'pipe',
        stderr: 'ignore',
      })
      let text = ''
      const reading = (async () => {
        for await (const chunk of child.stdout) text += new TextDecoder().decode(chunk)
      })()
      const until = async (wanted: RegExp) => {
        for (let waited = 0; !wanted.test(text); waited += 20) {
          if (waited > 20_000) throw new Error(`${wanted} did not come: ${text}`)
          await Bun.sleep(20)
        }
        text = ''
      }
      const type = (keys: string) => {
        child.stdin.write(keys)
        child.stdin.flush()
      }
      await until(/telltale> /)
      type('select 40 + 2\n')
      await until(/ -> /)
      type('as answer;\n')
      await until(/answer[\s\S]*42[\s\S]*1 row/)
      type('select count(*) as n from model_ca\t')
      await until(/model_calls/)
      type(';\n')
      await until(/1 row/)
      type('select nothing_there;\n')
      await until(/not found[\s\S]*telltale> /i)
      type('.tables\n')
      await until(/model_calls[\s\S]*rows/)
      type('.quit\n')
      await reading
      expect(await child.exited).toBe(0)
      const history = readFileSync(join(home, '.telltale/sql-history'), 'utf8')
      expect(history).toContain('select count(*) as n from model_calls;\n')
    },
    60_000,
  )

  test('parquet holds all rows with their types, in a file or on standard output', async () => {
    const flags = ['--home', join(home, '.telltale'), 'sql', '--format', 'parquet']
    const statement = "select i, i / 2.0 as half, 'x' || i as text from range(200000) as t (i) -- all of them"
    const file = join(home, 'rows.parquet')
    const { exitCode, stdout, stderr } = await command(home, [...flags, '--output', file, statement])
    expect([exitCode, stdout]).toEqual([0, ''])
    expect(stderr).toContain('200,000 rows')
    const child = Bun.spawn([binary, ...flags, statement], {
      env: { HOME: home, PATH: '' },
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const bytes = Buffer.from(await new Response(child.stdout).arrayBuffer())
    expect(await child.exited).toBe(0)
    for (const one of [bytes, readFileSync(file)])
      expect([one.subarray(0, 4).toString(), one.subarray(-4).toString()]).toEqual(['PAR1', 'PAR1'])
    const wrong = await command(home, [...flags, '--output', file, 'delete from logs'])
    expect([wrong.exitCode, wrong.stderr]).toEqual([1, expect.stringContaining('only reading')])
    expect(readFileSync(file).subarray(0, 4).toString()).toBe('PAR1')
    const nowhere = await command(home, [...flags, '--output', '/proc/none/x.parquet', 'select 1'])
    expect([nowhere.exitCode, nowhere.stderr.trim().split('\n').length]).toEqual([1, 1])
  }, 60_000)
})
