// test-report.ts: what the runner's JUnit report says of a run.

/** One failed test: its file, its name with the names around it, and what was thrown. */
export type FailedTest = { file: string; name: string; text: string }

const CASE = /<testcase ([^>]*?)(\/>|>([\s\S]*?)<\/testcase>)/g
const FAILURE = /<(?:failure|error)\b([\s\S]*?)<\/(?:failure|error)>|<(?:failure|error)\b([^>]*)\/>/

function attribute(text: string, name: string): string {
  const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }
  const value = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(text)?.[1] ?? ''
  return value.replace(/&(lt|gt|quot|apos|amp);/g, (_, entity: string) => entities[entity]!)
}

/** The failed tests of a JUnit report, in its order. */
export function failedTests(report: string): FailedTest[] {
  return [...report.matchAll(CASE)].flatMap(([, head = '', , body = '']) => {
    const failure = FAILURE.exec(body)
    if (!failure) return []
    const name = [attribute(head, 'classname'), attribute(head, 'name')].filter(Boolean).join(' > ')
    return [{ file: attribute(head, 'file'), name, text: failure[0] }]
  })
}

/** How many tests of a report passed and how many failed; skipped ones are neither. */
export function count(report: string): { passed: number; failed: number } {
  const head = /<testsuites ([^>]*)>/.exec(report)?.[1] ?? ''
  const number = (name: string) => Number(attribute(head, name) || 0)
  return { passed: number('tests') - number('failures') - number('skipped'), failed: number('failures') }
}

/** Whether a failed test found something whatever the moment: a counterexample of a property. */
export function isFinding({ text }: FailedTest): boolean {
  return /Property failed after|Counterexample/.test(text)
}
