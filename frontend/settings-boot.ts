// settings-boot.ts: the theme, before anything is drawn. A module of its own, since modules run in the order of their imports.
import { watchTheme } from './settings.ts'

watchTheme()
