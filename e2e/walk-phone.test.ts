// walk-phone.test.ts: every control, link and suggestion of every screen, in dark on a phone that is touched; walk.ts tells what is
// done with them.
import { phone } from './screen.ts'
import { walkEveryScreen } from './walk.ts'

walkEveryScreen('phone', { size: phone, scheme: 'dark', touch: true })
