import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { generate } from './generate.ts'

test('otlp.gen.ts is what the .proto files say', () => {
  expect(readFileSync(join(import.meta.dir, 'otlp.gen.ts'), 'utf8')).toBe(generate())
})
