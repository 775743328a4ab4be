import { expect, test } from 'bun:test'
import { parseFilter } from '../lib/filter.ts'
import { measures, sessionFilter } from './session-filter.ts'

const keys = ['agent', 'project', 'branch', 'model', 'service', 'status', ...Object.keys(measures)]
const asked = (text: string) => sessionFilter(parseFilter(text, keys))

test('every condition becomes a parameter of the API, in its unit', () => {
  expect(asked('agent:codex branch:main status:ended cost:>0.5 cost:<=2 tokens:>1.5M duration:>=10m timeout')).toEqual({
    asked: {
      tool: 'codex',
      branch: 'main',
      status: 'ended',
      cost: '>0.5,<=2',
      tokens: '>1500000',
      durationMs: '>=600000',
      search: 'timeout',
    },
  })
  expect(asked('cost:>0.0000001')).toEqual({ asked: { cost: '>0.0000001' } })
  expect(asked('errors:0')).toEqual({ asked: { errors: '=0' } })
})

test('a condition that cannot be read is told, not left out', () => {
  expect(asked('cost:>much')).toEqual({ wrong: 'cost:much is no number; use cost:>0.5' })
  expect(asked('status:open')).toEqual({ wrong: 'status:open is neither active nor ended' })
})
