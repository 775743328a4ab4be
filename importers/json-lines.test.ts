// json-lines.test.ts: what is recovered from broken lines of transcripts.
import { expect, test } from 'bun:test'
import { recordsOf } from './json-lines.ts'

const a = { type: 'user', message: { content: 'a } and { and \\" "quoted" {"x":' } }
const b = { type: 'assistant', message: { content: [{ type: 'text', text: 'b' }], usage: { output_tokens: 7 } } }
const [textA, textB] = [JSON.stringify(a), JSON.stringify(b)]

const broken: [name: string, line: string, records: object[], lost: number][] = [
  ['a whole line', textA, [a], 0],
  ['two records without a line between them', textA + textB, [a, b], 0],
  ['two records with blanks between them', `${textA}  ${textB}`, [a, b], 0],
  ['a record after a run of NULs', `\0\0\0\0${textA}`, [a], 0],
  ['records around a run of NULs', `${textA}\0\0${textB}`, [a, b], 0],
  ['a cut record, NULs, a whole one', `${textA.slice(0, 30)}\0\0\0${textB}`, [b], 1],
  ['a cut record that runs into a whole one', textA.slice(0, 40) + textB, [b], 1],
  ['a record cut inside a nested object', textB.slice(0, -12) + textA, [a], 1],
  ['a record cut behind a complete nested object', '{"type":"user","message":{"role":"user"},"cw', [], 1],
  ['a cut record twice, then whole', textA.slice(0, 25) + textA.slice(0, 44) + textA, [a], 1],
  ['the end of a record, then a whole one', `tokens":7}}}${textA}`, [a], 1],
  ['no JSON at all', 'Segmentation fault', [], 1],
  ['JSON that is no object', '[1,2,3]', [], 1],
  ['a text', '"just text"', [], 1],
]

for (const [name, line, records, lost] of broken) {
  test(`${name}: ${records.length} found, ${lost} lost`, () => {
    expect(recordsOf(line)).toEqual({ records: records as never, lost })
  })
}

test('a deep bomb is one lost piece, not a crash', () => {
  expect(recordsOf('{"a":'.repeat(100_000)).records).toEqual([])
})
