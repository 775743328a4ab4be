// main.ts: argv → one command. The size of the work pool must be set before anything asynchronous happens.
import './store/pool-size.ts'
import { run } from './cli.ts'

void run(process.argv.slice(2))
