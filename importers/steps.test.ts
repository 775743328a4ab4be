// steps.test.ts: a request of any size is read in steps, so that others have their turn; and in steps it says the same.
import { expect, test } from 'bun:test'
import { atOnce } from '#proto/steps.ts'
import { agents, conventions, translateInSteps } from './index.ts'
import { batch, log, point, resource, scope, span } from './otlp-fixtures.ts'

/** Records of one service, many of each kind. */
function many(service: string, count: number) {
  const from = { resource: resource(service), scope: scope('s') }
  const all = <T>(make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n))
  return batch({
    logs: all((n) => log(from, { 'event.name': 'api_request', 'session.id': `s${n}`, request_id: `req_${n}` })),
    spans: all((n) => span(from, 'chat', { 'gen_ai.operation.name': 'chat', 'gen_ai.conversation.id': `c${n}` })),
    points: all((n) => point(from, 'gen_ai.client.token.usage', { 'gen_ai.token.type': 'input' }, { value: n })),
  })
}

function stepsOf(steps: Generator<void, unknown>): number {
  for (let count = 0; ; count++) if (steps.next().done) return count
}

for (const { id, otlp } of [...agents, conventions]) {
  test(`${id} yields again and again while it reads logs, spans and points`, () => {
    const sent = many(id, 4000)
    for (const kind of ['logs', 'spans', 'points'] as const)
      expect(stepsOf(otlp(batch({ [kind]: sent[kind] })))).toBeGreaterThanOrEqual(10)
  })
}

test('a request of one sender, of several, and of a plain service are translated in steps', () => {
  const [one, other] = [many('claude-code', 4000), many('codex_cli_rs', 4000)]
  expect(stepsOf(translateInSteps(one))).toBeGreaterThan(50)
  expect(stepsOf(translateInSteps({ ...one, logs: [...one.logs, ...other.logs] }))).toBeGreaterThan(80)
  expect(stepsOf(translateInSteps(many('shop', 4000)))).toBeGreaterThan(50)
})

test('a request of many resources is put apart in steps', () => {
  const sent = batch({ logs: Array.from({ length: 4000 }, (_, n) => many(`shop-${n}`, 1).logs).flat() })
  expect(stepsOf(translateInSteps(sent))).toBeGreaterThan(50)
  expect(atOnce(translateInSteps(sent)).logs.length).toBe(4000)
})
