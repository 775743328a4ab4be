// walk-page.ts: what walks through a screen's controls; it runs in the page, so it may use nothing but its parameters.

/**
 * What a walk did. Names of controls are `opener › control`; `unused` are those that could not be used whenever they were seen,
 * `faults` what links led to and filters took that was not as they say.
 */
export type Walked = { pressed: string[]; left: string[]; unused: string[]; faults: string[]; ended: boolean }

/**
 * `root` holds the controls; `leave` are names to leave, in which `*` is anything; `done` are names that were used before. With
 * `touch` there is no pointer under which something could show: what cannot be seen is a fault. `away` tells to follow links
 * to other screens too, `suggestionsMax` bounds how many keys are taken of one filter.
 */
export type Walk = {
  root: string
  leave: string[]
  done: string[]
  touch: boolean
  away: boolean
  suggestionsMax: number
}

/**
 * Presses, sets or writes into every control once, follows a link of each kind, takes every key that a filter offers with the
 * first of its values, and goes back to the address after each. What a control opens (a menu, a
 * popover, a dialog) is walked before it goes on; what closes by one of its own controls is opened again for the others.
 */
export async function walk({ root, leave, done: before, touch, away, suggestionsMax }: Walk): Promise<Walked> {
  const home = location.pathname + location.search
  const nap = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const frame = () => new Promise(requestAnimationFrame)
  const leaving = leave.map(
    (name) => new RegExp(`^${name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's'),
  )
  const things = 'a[href], button, select, summary, input, textarea, [role=tab], [role=menuitem]'
  // A detail beside a list is walked like what lies on top of it.
  const floating = 'dialog[open], [data-slot=menu], [data-slot=popover], aside:has([data-testid=detail-close])'

  /** Links are one when they lead to the same screen with the same settings, whichever record it is of. */
  const kindOfLink = (link: HTMLAnchorElement) => {
    const { origin, pathname, searchParams } = new URL(link.href)
    const settings = [...searchParams]
      .filter(([key]) => !['from', 'to', 'range'].includes(key))
      .map(([key, value]) =>
        ['tab', 'show', 'by', 'measure'].includes(key)
          ? `${key}=${value}`
          : key === 'q'
            ? `q=${/^@?[\w.-]+:/.exec(value)?.[0] ?? 'text'}`
            : key,
      )
    const path = pathname.replace(/\/(?=[^/]*\d)[^/]+/g, '/…')
    return `link ${origin === location.origin ? '' : origin}${[path, ...settings.sort()].join(' ')}`
  }
  const nameOf = (element: Element) =>
    (
      (element instanceof HTMLAnchorElement ? kindOfLink(element) : undefined) ??
      element.getAttribute('data-testid') ??
      // What a button says of itself for a moment is not its name.
      (element.getAttribute('aria-label') === 'Copied' ? element.getAttribute('title') : undefined) ??
      element.getAttribute('aria-label') ??
      (element.textContent?.trim() || element.getAttribute('name') || element.tagName.toLowerCase())
    ).slice(0, 60)
  /** How a name begins; days of a calendar are all called alike. */
  const prefixOf = (name: string) =>
    name
      .replace(/^\w+day, \d.*$/, 'day')
      .replace(/[-:\d].*$/s, '')
      .trim()
  const isSeen = (element: Element) => {
    const box = element.getBoundingClientRect()
    return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility !== 'hidden'
  }
  /** Whether it, or something around it, shows only under a pointer. A layer itself may just be appearing. */
  const isTransparent = (element: Element, layer: Element | undefined) => {
    for (let at: Element | null = element; at && at !== layer; at = at.parentElement)
      if (Number(getComputedStyle(at).opacity) < 0.1) return true
    return false
  }
  const isUsable = (element: Element) =>
    !(element as HTMLButtonElement).disabled && !element.hasAttribute('data-disabled')
  /** What lies on top; the page itself when nothing does. */
  const top = () => [...document.querySelectorAll(floating)].filter(isSeen).at(-1)
  /** It opens something on this screen. */
  const isHere = (link: HTMLAnchorElement) => new URL(link.href).pathname === location.pathname
  const controlsOf = (layer: Element | undefined) =>
    (layer
      ? [...layer.querySelectorAll(things)]
      : [...document.querySelectorAll(root)]
          .flatMap((part) => [...part.querySelectorAll(things)])
          .filter((element) => !element.closest(floating))
    ).filter((element) => isSeen(element) && (away || !(element instanceof HTMLAnchorElement) || isHere(element)))
  /** Rows of one kind are one control: more than a dozen names that begin alike. */
  const kindsOf = (all: readonly Element[]) => {
    const named = all.map((element) => ({ element, name: nameOf(element), group: '' }))
    const alike = new Map<string, Set<string>>()
    for (const one of named) {
      one.group = `${one.element.tagName} ${prefixOf(one.name)}`
      alike.set(one.group, (alike.get(one.group) ?? new Set()).add(one.name))
    }
    return named.map(({ element, name, group }) => ({
      element,
      name,
      kind: alike.get(group)!.size > 12 ? `${prefixOf(name)}*` : name,
    }))
  }
  const press = (element: Element) => {
    const options = { bubbles: true, cancelable: true, button: 0, pointerType: 'mouse' }
    element.dispatchEvent(new PointerEvent('pointerdown', options))
    element.dispatchEvent(new MouseEvent('mousedown', options))
    ;(element as HTMLElement).focus?.()
    element.dispatchEvent(new PointerEvent('pointerup', options))
    element.dispatchEvent(new MouseEvent('mouseup', options))
    ;(element as HTMLElement).click()
  }
  const write = (field: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement, value: string) => {
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value')?.set?.call(field, value)
    field.dispatchEvent(new Event(field instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }))
  }
  const stateOf = (element: Element) =>
    element instanceof HTMLInputElement && element.type === 'checkbox'
      ? String(element.checked)
      : (element.getAttribute('aria-pressed') ?? undefined)
  const isThere = () =>
    ![...document.querySelectorAll('main')].some((main) => /There is no such/.test(main.textContent ?? ''))
  const failures = () => document.querySelectorAll('[data-testid=error-state]').length
  /** Until what was asked for is there. */
  async function quiet() {
    for (let idle = 0, waited = 0; idle < 4 && waited < 600; waited++) {
      await frame()
      idle = isBusy() ? 0 : idle + 1
    }
  }
  async function follow(link: HTMLAnchorElement, name: string) {
    const { origin, pathname, search } = new URL(link.href)
    if (origin !== location.origin) {
      // It would leave the page; what others serve there is not ours to know.
      if (link.target !== '_blank' || !/noopener|noreferrer/.test(link.rel))
        told.faults.push(`${name}: takes the page along`)
      return
    }
    press(link)
    await quiet()
    if (location.pathname !== pathname)
      told.faults.push(`${name}: leads to ${location.pathname} instead of ${pathname}`)
    for (const [key, value] of new URLSearchParams(search))
      if (new URLSearchParams(location.search).get(key) !== value) told.faults.push(`${name}: loses ${key}=${value}`)
    if (!isThere()) told.faults.push(`${name}: there is nothing at ${pathname}${search}`)
    if (failures()) told.faults.push(`${name}: ${pathname}${search} fails`)
  }
  /** Takes each key that a filter offers, then the first of its values, as a pointer does, and asks by it. */
  async function takeSuggestions(field: HTMLInputElement, name: string) {
    const offered = () => [...document.querySelectorAll('[role=listbox] [role=option]')].filter(isSeen)
    const key = (pressed: string) =>
      field.dispatchEvent(new KeyboardEvent('keydown', { key: pressed, bubbles: true, cancelable: true }))
    const take = async (suggestion: Element) => {
      suggestion.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, cancelable: true, button: 0 }))
      await frame()
      await frame()
    }
    let [taken, attributes] = [0, 0]
    for (; taken < suggestionsMax; taken++) {
      field.blur()
      write(field, '')
      field.focus()
      await frame()
      await frame()
      const suggestion = offered()[taken]
      if (!suggestion) break
      const says = suggestion.querySelector('code')?.textContent ?? ''
      // Attributes are what was sent, each like the other.
      if (says.startsWith('@') && ++attributes > 2) continue
      await take(suggestion)
      if (!says || field.value !== says) told.faults.push(`${name}: ${says} was offered, ${field.value} taken`)
      const value = offered()[0]
      if (value) await take(value)
      told.pressed.push(`${name} › ${field.value.trim()}`)
      key('Enter')
      await quiet()
      const asked = new URLSearchParams(location.search).get('q')
      if (asked !== field.value.trim()) told.faults.push(`${name}: asks for ${asked} instead of ${field.value}`)
      if (failures()) told.faults.push(`${name}: ${field.value} fails`)
    }
    write(field, '')
    if (taken === 0) told.faults.push(`${name}: offers nothing`)
    key('Enter')
    field.blur()
    await quiet()
  }
  async function use(element: Element, name: string) {
    if (element instanceof HTMLAnchorElement) return follow(element, name)
    if (element instanceof HTMLInputElement && element.role === 'combobox') await takeSuggestions(element, name)
    if (element instanceof HTMLSelectElement) {
      const was = element.value
      for (const { value, disabled } of [...element.options].slice(0, 6)) if (!disabled) write(element, value)
      write(element, was)
    } else if (
      element instanceof HTMLTextAreaElement ||
      (element instanceof HTMLInputElement && /text|search|number|date/.test(element.type))
    ) {
      const was = element.value
      write(element, element.type.startsWith('date') ? '2026-11-21T10:00:00' : '7')
      await frame()
      if (element.isConnected) write(element, was)
    } else {
      const before = stateOf(element)
      press(element)
      await frame()
      // What was turned on or off hides others: back, unless it is one of several of which one is chosen.
      if (before !== undefined && element.isConnected && stateOf(element) !== before && !top()) press(element)
    }
    await frame()
    await frame()
  }
  /** Something is being asked for, or the screen itself is not there yet: React holds a new one back for a moment. */
  const isBusy = () =>
    ![...document.querySelectorAll('main')].some(isSeen) ||
    document.querySelector('[data-testid=sweep]')?.childElementCount ||
    document.querySelector('[data-slot=skeleton]')
  const close = async (layer: Element) => {
    const closer = layer.querySelector('[data-testid=detail-close]')
    if (layer instanceof HTMLDialogElement) layer.close()
    else if (closer) press(closer)
    else
      (layer.contains(document.activeElement) ? document.activeElement! : layer).dispatchEvent(
        new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }),
      )
    for (let waited = 0; layer.isConnected && isSeen(layer) && waited < 2_000; waited += 16) await frame()
  }
  const goHome = async () => {
    if (location.pathname + location.search === home) return
    history.replaceState(history.state, '', home)
    dispatchEvent(new PopStateEvent('popstate', { state: history.state }))
    await nap(60)
  }

  const done = new Set(before)
  const met = new Set<string>()
  const told: Walked = { pressed: [], left: [], unused: [], faults: [], ended: false }
  const refused = new Set<string>()
  /** The layers that are open, each with the name of what opened it. */
  let open: { layer: Element; by: string }[] = []
  let last = ''
  await quiet()
  for (let turn = 0; turn < 400; turn++) {
    if (!top()) await goHome()
    const layer = top()
    open = open.filter((one) => one.layer.isConnected && isSeen(one.layer))
    if (layer && open.at(-1)?.layer !== layer) open.push({ layer, by: last })
    const way = layer ? `${open.at(-1)!.by} › ` : ''
    let next: Element | undefined
    let [name, own, bare] = ['', '', '']
    // A press may have begun something that has to be asked for first.
    for (let idle = 0, waited = 0; !next && idle < 3 && waited < 300; waited++) {
      idle = isBusy() ? 0 : idle + 1
      const seen = controlsOf(layer)
      for (const element of seen) if (!isUsable(element)) refused.add(way + nameOf(element))
      const found = kindsOf(seen.filter(isUsable)).find(
        (one) =>
          ![way + one.kind, way + one.name, ...(one.element instanceof HTMLAnchorElement ? [one.name] : [])].some(
            (known) => done.has(known),
          ),
      )
      next = found?.element
      if (found) [name, own, bare] = [way + found.kind, way + found.name, found.name]
      else await frame()
    }
    if (!next) {
      if (!layer) {
        told.ended = true
        break
      }
      done.add(open.at(-1)!.by)
      await close(layer)
      await goHome()
      continue
    }
    const toLeave = leaving.findIndex((pattern) => pattern.test(name))
    if (toLeave >= 0) {
      met.add(leave[toLeave]!)
      done.add(name)
      continue
    }
    if (!told.pressed.includes(name)) told.pressed.push(name)
    last = name
    if (touch && isTransparent(next, layer)) told.faults.push(`${name}: cannot be seen`)
    await use(next, name)
    // What opened a layer is done when everything in that is.
    const now = top()
    const isOpener = now && !open.some((one) => one.layer === now)
    // One dialog in place of another is what its button did, and is not to be done again for the rest of the other.
    if (!isOpener || (layer instanceof HTMLDialogElement && !isSeen(layer))) {
      done.add(name).add(own)
      // A link is known by where it leads, wherever it stands.
      if (next instanceof HTMLAnchorElement) done.add(bare)
    }
  }
  told.left = [...met]
  told.unused = [...refused].filter((name) => !done.has(name))
  return told
}
