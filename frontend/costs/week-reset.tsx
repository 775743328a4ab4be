// week-reset.tsx: when an agent's weekly limit is reset, as its owner says it; kept on the server.
import { CalendarClock } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { saveUsageWeeks, usageWeeks } from '../api.ts'
import { renew, useAnswer } from '../lib/answers.ts'
import type { UsageWeek } from '../lib/shapes.ts'
import { zoneName } from '../lib/time.ts'
import { useSettings } from '../settings.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Popover } from '../ui/popover.tsx'
import { Select } from '../ui/select.tsx'

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
const hours = Array.from({ length: 24 }, (_, hour) => ({ value: String(hour), label: `${hour}:00`.padStart(5, '0') }))
const named = (weekday: string) => weekday[0]!.toUpperCase() + weekday.slice(1)

export function WeekReset({ tool, agent }: { tool: string; agent: string }) {
  const [open, setOpen] = useState(false)
  const weeks = useAnswer(open ? usageWeeks() : undefined).data?.weeks
  return (
    <Popover
      label={`Weekly reset of ${agent}`}
      align="end"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <IconButton label={`Weekly reset of ${agent}`} data-testid="week-reset">
          <CalendarClock aria-hidden className="size-3.5" />
        </IconButton>
      }
      className="w-72 p-3"
    >
      {weeks ? (
        <Form key={JSON.stringify(weeks)} tool={tool} weeks={weeks} close={() => setOpen(false)} />
      ) : (
        <p className="text-12 text-muted">Reading…</p>
      )}
    </Popover>
  )
}

function Form({ tool, weeks, close }: { tool: string; weeks: readonly UsageWeek[]; close(): void }) {
  const zone = useSettings((settings) => settings.zone)
  const own = weeks.find((week) => week.tool === tool)
  const others = weeks.filter((week) => week.tool !== tool)
  const [weekday, setWeekday] = useState<UsageWeek['weekday']>(own?.weekday ?? 'monday')
  const [hour, setHour] = useState(String(own?.hour ?? 0))
  const [wrong, setWrong] = useState<string>()
  const tz = own?.tz ?? zoneName(zone)
  async function save(next: readonly UsageWeek[]) {
    try {
      await saveUsageWeeks(next)
      renew((key) => key.startsWith('/api/usage/w'))
      close()
    } catch (thrown) {
      setWrong(thrown instanceof Error ? thrown.message : String(thrown))
    }
  }
  function submit(event: FormEvent) {
    event.preventDefault()
    void save([...others, { tool, weekday, hour: Number(hour), tz }])
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <p className="text-12 text-muted">
        The provider tells when the weekly limit is reset. Without it the last seven days are shown.
      </p>
      <div className="flex flex-wrap gap-2">
        <Select
          label="Weekday of the reset"
          value={weekday}
          onChange={(next) => setWeekday(next as UsageWeek['weekday'])}
          options={weekdays.map((value) => ({ value, label: named(value) }))}
        />
        <Select label="Hour of the reset" value={hour} onChange={setHour} options={hours} />
      </div>
      <p className="text-12 text-muted">by the clocks of {tz}</p>
      {wrong && (
        <p role="alert" className="text-12 text-error">
          {wrong}
        </p>
      )}
      <div className="flex gap-2">
        <Button type="submit" look="solid" data-testid="week-save">
          Save
        </Button>
        {own && (
          <Button onClick={() => void save(others)} data-testid="week-remove">
            Last seven days
          </Button>
        )}
      </div>
    </form>
  )
}
