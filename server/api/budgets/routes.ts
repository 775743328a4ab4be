// routes.ts: /api/budgets and /api/alerts: what may be spent, what was, and which limits that reached.
import { Hono } from 'hono'
import { z } from 'zod'
import type { Runner } from '../../store/query.ts'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { badRequest } from '../errors.ts'
import { exactly } from '../exactly.ts'
import { send, type Wire } from '../json.ts'
import { bodyOf, queryOf, requiredText, timeRange, windowParams, wordParam } from '../params.ts'
import { nowNano } from '../time.ts'
import { noUsage } from '../usage/shape.ts'
import { timeZoneParam } from '../usage/time-zone.ts'
import { readBudgets, replaceBudgets, type Budget as StoredBudget } from './keep.ts'
import { periodAt, periods } from './period.ts'
import { fired, levels, shown, standing, standings } from './standing.ts'

const budgetsMax = 100

const word = requiredText.pipe(z.string().trim().min(1, 'is empty').max(255, 'is longer than 255 characters'))
const given = {
  id: word.optional().describe('made by the server unless given'),
  name: word.nullable().optional(),
  period: wordParam(periods),
  tool: word.nullable().optional().describe('only what this tool costs; every tool unless given'),
  project: word.nullable().optional().describe('only what is spent in this project; every project unless given'),
  limitUsd: z.number().gt(0, 'is not above 0').max(9_000_000, 'is above 9,000,000').describe('dollars a period'),
  warnPercent: z
    .number()
    .min(1, 'is below 1')
    .max(100, 'is above 100')
    .default(80)
    .describe('from this share of the limit on it is a warning'),
  tz: timeZoneParam,
}
const level = z.enum(levels)
const spent = {
  periodStart: z.string(),
  periodEnd: z.string().describe('the first moment of the next period'),
  costUsd: z.number().describe('the cost in force of the period so far; what has no price counts nothing'),
  unpricedTokens: z.number().describe('tokens that are in no costUsd'),
  percent: z.number().describe('of the limit'),
}
const shape = {
  id: z.string(),
  name: z.string().optional(),
  period: z.enum(periods),
  tool: z.string().optional(),
  project: z.string().optional(),
  limitUsd: z.number(),
  warnPercent: z.number(),
  tz: z.string(),
}
const Budget = z.object({ ...shape, ...spent, state: level }).meta({ id: 'Budget' })
const BudgetsBody = exactly({
  // What GET answers may be sent back.
  budgets: z
    .array(exactly(given, Object.keys(Budget.shape)), 'is not a list')
    .max(budgetsMax, `holds more than ${budgetsMax}`),
})
const BudgetList = z.object({ budgets: z.array(Budget) })
type BudgetList = z.infer<typeof BudgetList>

const { id: _, ...ofBudget } = shape
const Alert = z
  .object({ budgetId: z.string(), level: level.exclude(['ok']), ...ofBudget, ...spent })
  .meta({ id: 'Alert' })
const AlertList = z.object({ alerts: z.array(Alert) })
type AlertList = z.infer<typeof AlertList>

function storedBudget({ id, name, tool, project, limitUsd, ...rest }: z.infer<typeof BudgetsBody>['budgets'][number]) {
  return {
    ...rest,
    id: id ?? crypto.randomUUID(),
    name: name ?? undefined,
    tool: tool ?? undefined,
    project: project ?? undefined,
    limitNanoUsd: BigInt(Math.max(1, Math.round(limitUsd * 1e9))),
  } satisfies StoredBudget
}

async function listed(runner: Runner): Promise<Wire<BudgetList>> {
  const now = nowNano()
  const budgets: Wire<BudgetList['budgets'][number]>[] = []
  for (const budget of await readBudgets(runner)) {
    const [found] = await standings(runner, budget, { from: now, to: now })
    const { state, spent } = found ?? standing(budget, periodAt(now, budget.period, budget.tz), noUsage)
    budgets.push({ ...shown(budget), ...spent, state })
  }
  return { budgets }
}

/** @param changed is called when other budgets hold. */
export function budgetsRoutes({ store }: ApiDeps, changed: () => void = () => {}) {
  return new Hono()
    .get(
      '/api/budgets',
      about('The budgets, and what was spent of each in its present period', BudgetList),
      async (c) => send<BudgetList>(c, await store.reader(listed)),
    )
    .put(
      '/api/budgets',
      about('Sets the budgets: those given, in place of all there were', BudgetList),
      bodyOf(BudgetsBody),
      async (c) => {
        const budgets = c.req.valid('json').budgets.map(storedBudget)
        const twice = budgets.find(({ id }, place) => budgets.findIndex((one) => one.id === id) !== place)
        if (twice) throw badRequest(`budgets: the id ${JSON.stringify(twice.id)} is given twice; give each its own`)
        await store.transaction((tx) => replaceBudgets(tx, budgets))
        changed()
        return send<BudgetList>(c, await store.reader(listed))
      },
    )
    .get(
      '/api/alerts',
      about(
        'Limits that were reached, or nearly: in the periods of now, or in all those that the range touches',
        AlertList,
      ),
      queryOf(z.object(windowParams)),
      async (c) => {
        const { from, to } = c.req.valid('query')
        const now = nowNano()
        const range = from === undefined && to === undefined ? { from: now, to: now } : timeRange({ from, to })
        const alerts: Wire<AlertList['alerts']> = await store.reader((reader) => fired(reader, range))
        return send<AlertList>(c, { alerts })
      },
    )
}
