// walk-left.ts: the controls that the walk does not use, why, and which test does. An entry that matches nothing fails the walk, as
// does a control that cannot be used and stands in no entry.

export type Left = {
  /** `*` is every screen. */
  screen: string
  /** Only in this walk. */
  on?: 'desk' | 'phone'
  /** Its name as the walk writes it: `opener › control`. */
  control: string
  /** It is disabled as the walk finds it. */
  disabled?: true
  why: string
  /** The file and the title of the test that uses it. */
  test: readonly [file: string, title: string]
}

const dashboard = [
  'dashboards.test.ts',
  'a dashboard is made, renamed, copied, made the default, exported, deleted and imported again',
] as const
const budget = [
  'budgets.test.ts',
  'a budget is made, reached, told everywhere it should be and nowhere else, changed and deleted',
] as const
const nameless = 'saves nothing before there is a name'
const default_ = 'says that it is, and does nothing'

export const left: readonly Left[] = [
  {
    screen: '*',
    control: 'save-view › view-save',
    disabled: true,
    why: nameless,
    test: ['views.test.ts', 'is everything that the address says, wherever it is opened'],
  },
  { screen: 'dashboards', control: 'new-dashboard › dashboard-save', disabled: true, why: nameless, test: dashboard },
  {
    screen: 'dashboards',
    control: 'dashboard-menu › This is the default',
    disabled: true,
    why: default_,
    test: dashboard,
  },
  {
    screen: 'a dashboard',
    control: 'dashboard-menu › This is the default',
    disabled: true,
    why: default_,
    test: dashboard,
  },
  {
    screen: 'a dashboard that is arranged',
    control: 'dashboard-menu › This is the default',
    disabled: true,
    why: default_,
    test: dashboard,
  },
  ...['a dashboard', 'a dashboard that is arranged'].map(
    (screen): Left => ({
      screen,
      on: 'phone',
      control: 'dashboard-menu › Arrange widgetsr',
      disabled: true,
      why: 'widgets stand one under the other and are moved by their menus',
      test: [
        'widgets.test.ts',
        'on a phone widgets stand one under the other as they are read, and are moved by their menu',
      ],
    }),
  ),
  {
    screen: 'settings, budgets',
    control: 'budget-new › budget-save',
    disabled: true,
    why: 'saves nothing before there is a limit',
    test: budget,
  },
  {
    screen: 'settings, budgets',
    control: 'webhook-save',
    disabled: true,
    why: 'there is no address to send to',
    test: budget,
  },
  {
    screen: 'settings, prices',
    control: 'price-new › price-save',
    disabled: true,
    why: 'saves nothing before there are model and prices',
    test: ['prices.test.ts', 'a price of one’s own is set, applied to history only when asked, changed and taken back'],
  },
  {
    screen: 'settings, tokens',
    control: 'token-create',
    disabled: true,
    why: nameless,
    test: ['settings.test.ts', 'tokens are made, shown once and revoked; the page never shuts itself out'],
  },
]
