import { expect, test } from 'bun:test'
import { translate } from './index.ts'
import { batch, log, point, resource, scope, span } from './otlp-fixtures.ts'

const from = { resource: resource('shop'), scope: scope('shop') }
const inSession = { resource: resource('shop', { 'session.id': 'r1' }), scope: scope('shop') }
const agent = { resource: resource('codex_exec'), scope: scope('codex') }

test('a plain service’s records have the session and the event that their attributes name', () => {
  const { logs, spans, points } = translate(
    batch({
      logs: [
        log(from, { 'session.id': 's1', 'event.name': 'paid' }),
        log(inSession, { 'event.name': 'paid' }, { eventName: 'shop.paid' }),
        log(from, {}),
      ],
      spans: [span(from, 'pay', { 'session.id': 's1' }), span(inSession, 'pay', { 'session.id': 's2' })],
      points: [point(inSession, 'payments', {}), point(from, 'payments', { 'session.id': 's1' })],
    }),
  )
  expect(logs.map(({ hot }) => [hot.tool, hot.sessionId, hot.eventName])).toEqual([
    ['', 's1', 'paid'],
    ['', 'r1', 'shop.paid'],
    ['', '', ''],
  ])
  expect([...spans, ...points].map(({ hot }) => hot.sessionId)).toEqual(['s1', 's2', 'r1', 's1'])
})

test('in one request with an agent’s, each is read by its own', () => {
  const { logs } = translate(
    batch({
      logs: [
        log(agent, { 'event.name': 'codex.user_prompt', 'conversation.id': 'c1' }),
        log(from, { 'session.id': 's1', 'event.name': 'paid' }),
      ],
    }),
  )
  expect(logs.map(({ hot }) => [hot.tool, hot.sessionId, hot.eventName]).toSorted()).toEqual([
    ['', 's1', 'paid'],
    ['codex', 'c1', 'user_prompt'],
  ])
})

test('so have the records beside a request in the words of the conventions', () => {
  const { logs } = translate(
    batch({
      spans: [span(from, 'chat', { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', 'session.id': 's1' })],
      logs: [log(from, { 'session.id': 's1', 'event.name': 'paid' })],
    }),
  )
  expect(logs.map(({ hot }) => [hot.sessionId, hot.eventName])).toEqual([['s1', 'paid']])
})
