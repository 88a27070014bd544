/** What would be lost if the page were left now: something that is being written, a dialog that is open. */

const typed = new WeakSet<EventTarget>()
document.addEventListener('input', ({ target }) => target && typed.add(target), { capture: true })

const seen = (element: Element) => element.getClientRects().length > 0

/** Nor is anybody taken away from a call for help, however little it is. */
export function isLoss(): boolean {
  const open = document.querySelectorAll('main.help, dialog[open], [role="dialog"]')
  const fields = document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')
  return [...open].some(seen) || [...fields].some((field) => typed.has(field) && field.value !== '')
}
