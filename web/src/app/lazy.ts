// Parts that come after the first load. All of them are fetched soon after the
// sign-in, so that none is missing when the server is away.
import { defineAsyncComponent, type Component } from 'vue'

type Loader = () => Promise<{ default: Component }>
const loaders: Loader[] = []

export function lazy(loader: Loader): Component {
  loaders.push(loader)
  return defineAsyncComponent({
    loader,
    delay: 0,
    onError(_, retry, __, attempts) {
      setTimeout(retry, Math.min(500 * attempts, 5000))
    },
  })
}

export function fetchAll(): void {
  const idle = window.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 200))
  idle(async () => {
    for (const loader of loaders) await loader().catch(() => undefined)
  })
}
