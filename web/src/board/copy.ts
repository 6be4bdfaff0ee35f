/** The whole number goes to the clipboard; false where the browser refuses. */
export async function copyNo(no: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(no)
    return true
  } catch {
    return false
  }
}
