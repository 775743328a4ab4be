// main.tsx: where the page starts.
import './settings-boot.ts'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { addFonts } from './fonts.ts'
import { listenForKeys } from './lib/keys.ts'
import { connectLive } from './live.ts'

addFonts()
listenForKeys()
connectLive()

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}
