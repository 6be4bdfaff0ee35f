import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// `npm run dev` talks to a server started by hand; HUTONG_URL says where.
const target = process.env.HUTONG_URL ?? 'http://127.0.0.1:8443'

export default defineConfig({
  plugins: [vue()],
  resolve: {
    alias: { '@gen': here('../build/gen/web'), '@': here('src') },
  },
  define: {
    __VUE_OPTIONS_API__: 'true', // Element Plus needs it
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  build: {
    outDir: here('../build/web.part'), // scripts/finish.mjs moves it
    emptyOutDir: true,
    target: ['chrome100', 'firefox102', 'safari15.4'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: { checks: { pluginTimings: false } },
    manifest: true,
  },
  server: {
    proxy: { '/api': { target, ws: true, changeOrigin: true }, '/healthz': target },
  },
})
