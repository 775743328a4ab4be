// prices.tsx: the prices in force, those of one's own, and the models that have none.
import { CircleHelp, Plus } from 'lucide-react'
import { useState } from 'react'
import { prices, removePrice, unpriced } from '../api.ts'
import { ErrorState } from '../components/error-state.tsx'
import { askAgain, renew, useAnswer } from '../lib/answers.ts'
import { count, exact } from '../lib/format.ts'
import { oneLine } from '../lib/safe-text.ts'
import type { PriceEntry } from '../lib/shapes.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { PriceForm, type PriceFormStart } from './price-form.tsx'
import { PriceTable } from './price-table.tsx'
import { RepricePanel } from './reprice-panel.tsx'

type Open = { what: 'form'; start: PriceFormStart } | { what: 'reprice' } | { what: 'remove'; entry: PriceEntry }

export function Prices() {
  const answer = useAnswer(prices())
  const [open, setOpen] = useState<Open>()
  const [failure, setFailure] = useState<string>()
  const close = () => {
    setOpen(undefined)
    setFailure(undefined)
  }
  function changed() {
    // The table at once: what was taken back is not to stand there for another moment.
    renew((key) => key.startsWith('/api/prices'))
    askAgain()
    setOpen({ what: 'reprice' })
  }
  async function remove(entry: PriceEntry) {
    try {
      await removePrice(entry.model)
      changed()
    } catch (thrown) {
      setFailure(thrown instanceof Error ? thrown.message : String(thrown))
    }
  }
  if (answer.error && !answer.data)
    return <ErrorState what="The prices could not be read." error={answer.error} retry={answer.retry} />
  if (!answer.data) return <SkeletonRows />
  return (
    <>
      <Unpriced onPrice={(model) => setOpen({ what: 'form', start: { model } })} />
      <PriceTable
        table={answer.data}
        actions={
          <Button onClick={() => setOpen({ what: 'form', start: { model: '' } })} data-testid="price-new">
            <Plus aria-hidden className="size-3.5" />
            Set a price
          </Button>
        }
        onEdit={(entry) => setOpen({ what: 'form', start: { model: entry.model, entry } })}
        onRemove={(entry) => setOpen({ what: 'remove', entry })}
      />
      <Dialog
        open={open?.what === 'form'}
        onClose={close}
        title="A price of your own"
        description="Dollars for a million tokens. It stands over the table's price."
      >
        {open?.what === 'form' && <PriceForm start={open.start} onSaved={changed} onCancel={close} />}
      </Dialog>
      <Dialog open={open?.what === 'reprice'} onClose={close} title="Apply to history?">
        <RepricePanel onDone={close} />
      </Dialog>
      <Dialog open={open?.what === 'remove'} onClose={close} title="Take the price back?">
        {open?.what === 'remove' && (
          <div className="flex flex-col gap-3">
            <p>
              All your prices of <span className="font-semibold">{oneLine(open.entry.model, 80)}</span> are taken back;
              the table's price holds again.
            </p>
            {failure && (
              <p role="alert" className="text-error">
                {failure}
              </p>
            )}
            <div className="flex justify-end gap-2">
              <Button onClick={close}>Keep</Button>
              <Button look="solid" onClick={() => void remove(open.entry)} data-testid="price-remove-sure">
                Take it back
              </Button>
            </div>
          </div>
        )}
      </Dialog>
    </>
  )
}

const shownMax = 4

/** Models that were used and that nobody prices. */
function Unpriced({ onPrice }: { onPrice(model: string): void }) {
  const found = useAnswer(unpriced()).data?.unpriced ?? []
  const models = [...Map.groupBy(found, ({ model }) => model)].map(([model, rows]) => ({
    model,
    tokens: rows.reduce((sum, row) => sum + row.totalTokens, 0),
    requests: rows.reduce((sum, row) => sum + row.requests, 0),
  }))
  const used = models.filter(({ model, tokens }) => model !== '' && tokens > 0)
  if (used.length === 0) return null
  return (
    <section
      aria-label="Models without a price"
      data-testid="unpriced"
      className="shrink-0 bg-surface px-4 py-2 hairline-b"
    >
      <p className="flex items-center gap-2 font-semibold">
        <CircleHelp aria-hidden className="size-4 text-warn" />
        {used.length === 1 ? 'One model has no price' : `${exact(used.length)} models have no price`}
        <span className="font-normal text-muted">and {used.length === 1 ? 'costs' : 'cost'} nothing in any sum</span>
      </p>
      <ul className="flex flex-wrap gap-2 pt-2">
        {used.slice(0, shownMax).map(({ model, tokens, requests }) => (
          <li key={model}>
            <Button
              size="small"
              onClick={() => onPrice(model)}
              title={`Set a price for ${model}: ${exact(requests)} requests have none`}
            >
              {oneLine(model, 60)}
              <span className="font-normal text-muted">{count(tokens)} tokens</span>
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
