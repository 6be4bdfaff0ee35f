import { createApp } from 'vue'
import App from '@/app/App.vue'
import { language } from '@/app/language'
import { i18n, speak } from '@/app/texts'
import '@/app/theme'
import { start } from '@/session/session'
import '@/style/tokens.css'
import '@/style/base.css'

void start()
await speak(language.value)
createApp(App).use(i18n).mount('#app')
