// A demonstration lets one in by a click: its accounts, or nothing at all.
import { shallowRef } from 'vue'
import * as calls from '@/api/calls'
import type { DemoAccount } from '@/api/calls'

export const demoAccounts = shallowRef<readonly DemoAccount[]>([])
let asked = false

export async function askDemo(): Promise<void> {
  if (asked) return
  asked = true
  try {
    demoAccounts.value = await calls.listDemoAccounts()
  } catch {
    // none: this is not a demonstration, or not on this machine
  }
}
