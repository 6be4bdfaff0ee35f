// Copies of drafts on this machine: IndexedDB, each record sealed with
// AES-256-GCM under the key that the session was given. The key is held in
// memory only. A record's name and account stand in clear, nothing else.
const NAME = 'hutong'
const STORE = 'copies'

interface Sealed {
  id: string
  account: string
  iv: Uint8Array<ArrayBuffer>
  data: ArrayBuffer
}

export interface Vault {
  put(id: string, value: unknown): Promise<void>
  /** What can be read, and how many records could not be. */
  all(): Promise<{ found: Map<string, unknown>; unreadable: number }>
  remove(id: string): Promise<void>
  /** Removes records that are still as `all` read them: another tab may be at it. */
  removeRead(ids: Iterable<string>): Promise<void>
  /** Removes this account's records, but for those named. */
  wipe(keep?: Set<string>): Promise<void>
}

function openBase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1)
    request.onupgradeneeded = () =>
      request.result.createObjectStore(STORE, { keyPath: 'id' })
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close()
      resolve(request.result)
    }
    request.onerror = () => reject(request.error)
    request.onblocked = () => reject(new Error('blocked'))
  })
}

function within<T>(
  base: IDBDatabase,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T> | void,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const tx = base.transaction(STORE, mode)
    const request = work(tx.objectStore(STORE))
    tx.oncomplete = () => resolve(request?.result)
    tx.onerror = tx.onabort = () => reject(tx.error)
  })
}

const utf8 = new TextEncoder()
const fromHex = (hex: string) =>
  new Uint8Array((hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)))

export async function openVault(keyHex: string, account: string): Promise<Vault> {
  const key = await crypto.subtle.importKey('raw', fromHex(keyHex), 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ])
  const base = await openBase()
  const bound = (id: string) => utf8.encode(`${account} ${id}`)
  const read = new Map<string, string>() // what `all` saw of a record: its iv

  async function mine(): Promise<Sealed[]> {
    const every = await within<Sealed[]>(base, 'readonly', (store) => store.getAll())
    return (every ?? []).filter((record) => record.account === account)
  }

  return {
    async put(id, value) {
      const iv = crypto.getRandomValues(new Uint8Array(12))
      const data = await crypto.subtle.encrypt(
        { name: 'AES-GCM', iv, additionalData: bound(id) },
        key,
        utf8.encode(JSON.stringify(value)),
      )
      const record: Sealed = { id, account, iv, data }
      await within(base, 'readwrite', (store) => store.put(record))
    },
    async all() {
      const found = new Map<string, unknown>()
      let unreadable = 0
      for (const { id, iv, data } of await mine()) {
        try {
          const plain = await crypto.subtle.decrypt(
            { name: 'AES-GCM', iv, additionalData: bound(id) },
            key,
            data,
          )
          read.set(id, String(iv))
          found.set(id, JSON.parse(new TextDecoder().decode(plain)))
        } catch {
          unreadable++ // sealed under another key; kept
        }
      }
      return { found, unreadable }
    },
    async remove(id) {
      await within(base, 'readwrite', (store) => store.delete(id))
    },
    async removeRead(ids) {
      await within(base, 'readwrite', (store) => {
        for (const id of ids) {
          const now = store.get(id) as IDBRequest<Sealed | undefined>
          now.onsuccess = () => {
            if (now.result && String(now.result.iv) === read.get(id)) store.delete(id)
          }
        }
      })
    },
    async wipe(keep = new Set()) {
      const ids = (await mine()).map((record) => record.id).filter((id) => !keep.has(id))
      await within(base, 'readwrite', (store) => {
        for (const id of ids) store.delete(id)
      })
    },
  }
}
