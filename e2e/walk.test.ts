// walk.test.ts: every control, link and suggestion of every screen, in light at a desk; walk.ts tells what is done with them.
import { desk } from './screen.ts'
import { walkEveryScreen } from './walk.ts'

walkEveryScreen('desk', { size: desk, scheme: 'light' })
