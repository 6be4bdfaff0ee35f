// Idempotency keys: the server's day and 24 random letters.
import { serverDay } from '@/app/clock'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

export function randomText(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length))
  return Array.from(bytes, (byte) => LETTERS[byte & 63]).join('')
}

export const freshKey = (): string => `${serverDay()}-${randomText(24)}`
