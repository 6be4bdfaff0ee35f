// Whoever goes to a case in order to act on it finds the hand in its form.
let wanted = false

export const wantForm = (): void => void (wanted = true)
/** Once. */
export function formWanted(): boolean {
  const was = wanted
  wanted = false
  return was
}
