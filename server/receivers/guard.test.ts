import { describe, expect, test } from 'bun:test'
import { hostname } from 'node:os'
import { bearerOf, checkCaller, createGuard, hostAllowed, isRefusal, originAllowed } from './guard.ts'
import { oneToken } from './testing.ts'

const loopback = createGuard({ host: '127.0.0.1', port: 4318 })

describe('on loopback, the Host header', () => {
  test('names loopback with the port, in any case', () => {
    for (const host of ['127.0.0.1:4318', 'localhost:4318', 'LOCALHOST:4318', '[::1]:4318']) {
      expect([host, hostAllowed(loopback, host)]).toEqual([host, true])
    }
  })

  test('with any other name or port, or none, is refused', () => {
    const foreign = [
      'evil.example',
      'evil.example:4318',
      '127.0.0.1.evil.example:4318',
      'localhost.evil.example:4318',
      'localhost:9999',
    ]
    const odd = [
      'localhost',
      '127.0.0.1',
      '',
      '127.1:4318',
      '2130706433:4318',
      '[::ffff:127.0.0.1]:4318',
      'localhost:4318@evil',
      '192.168.1.5:4318',
      `${hostname()}.x:4318`,
    ]
    for (const host of [...foreign, ...odd, null, undefined])
      expect([host, hostAllowed(loopback, host)]).toEqual([host, false])
  })

  test('may leave out port 80 where that is ours', () => {
    expect(hostAllowed(createGuard({ host: 'localhost', port: 80 }), 'localhost')).toBe(true)
  })

  test('may be a configured name, or that of the page in front of us', () => {
    const guard = createGuard({
      host: '127.0.0.1',
      port: 8080,
      frontendUrl: 'https://telltale.example',
      names: ['Dev-Box', 'other:99'],
    })
    for (const host of ['telltale.example', 'telltale.example:8080', 'dev-box:8080', 'other:99'])
      expect(hostAllowed(guard, host)).toBe(true)
    for (const host of ['dev-box', 'other:8080', 'telltale.example:1']) expect(hostAllowed(guard, host)).toBe(false)
  })
})

describe('beyond loopback, the Host header', () => {
  const guard = createGuard({ host: '0.0.0.0', port: 8080 })

  test('may be an address or a name that nobody can register, whatever the published port', () => {
    for (const host of [
      '192.168.1.5:8080',
      '10.0.0.1:9000',
      '[fe80::1]:8080',
      'telltale:8080',
      'box.local',
      'host.docker.internal:8080',
      `${hostname()}:8080`,
    ]) {
      expect([host, hostAllowed(guard, host)]).toEqual([host, true])
    }
  })

  test('is refused when an attacker could own the name', () => {
    for (const host of ['evil.example:8080', '127.0.0.1.nip.io:8080', 'local.evil.com', '1.2.3:8080', 'a b', '']) {
      expect([host, hostAllowed(guard, host)]).toEqual([host, false])
    }
  })
})

describe('the Origin header', () => {
  const guard = createGuard({ host: '127.0.0.1', port: 8080, frontendUrl: 'https://telltale.example' })

  test('may be missing, our own, or the configured one', () => {
    for (const origin of [
      null,
      undefined,
      'http://127.0.0.1:8080',
      'http://localhost:8080',
      'http://[::1]:8080',
      'https://telltale.example',
    ]) {
      expect([origin, originAllowed(guard, origin)]).toEqual([origin, true])
    }
  })

  test('is refused when it is null or of another site or port', () => {
    for (const origin of [
      'null',
      '',
      'http://evil.example',
      'http://localhost:3000',
      'http://localhost.evil.example:8080',
      'http://localhost:8080@evil.example',
      'file://',
      'chrome-extension://abc',
      'https://telltale.example.evil.org',
      'http://localhost:8080/x',
    ]) {
      expect([origin, originAllowed(guard, origin)]).toEqual([origin, false])
    }
  })
})

describe('a token', () => {
  const authorize = oneToken('s3cret')
  const status = (authorization: string | undefined) => {
    const answer = checkCaller(loopback, (name) => ({ host: 'localhost:4318', authorization })[name], authorize)
    return isRefusal(answer) ? answer.status : 200
  }

  test('is needed where one is set, and compared whole', () => {
    expect(
      [undefined, '', 'Bearer', 'Bearer wrong', 'Bearer s3cre', 'Bearer s3crett', 'Basic s3cret', 's3cret'].map(status),
    ).toEqual(Array(8).fill(401))
    expect(['Bearer s3cret', 'bearer  s3cret '].map(status)).toEqual([200, 200])
  })

  test('says who calls', () => {
    const caller = checkCaller(
      loopback,
      (name) => ({ host: 'localhost:4318', authorization: 'Bearer of-ann' })[name],
      (token) => (token === 'of-ann' ? { user: 'ann' } : undefined),
    )
    expect(caller).toEqual({ user: 'ann' })
  })

  test('does not help a foreign host or origin', () => {
    const headers: Record<string, string> = { host: 'evil.example', authorization: 'Bearer s3cret' }
    expect(checkCaller(loopback, (name) => headers[name], authorize)).toMatchObject({ status: 403 })
    const origin: Record<string, string> = { host: 'localhost:4318', origin: 'null', authorization: 'Bearer s3cret' }
    expect(checkCaller(loopback, (name) => origin[name], authorize)).toMatchObject({ status: 403 })
    expect(bearerOf(null)).toBeUndefined()
  })
})
