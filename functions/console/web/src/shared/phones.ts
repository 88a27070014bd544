/** A number in E.164 (`+862885550101;ext=801`), as people write it: "028 8555 0101". */
export function spoken(phone: string): string {
  const [number = '', extension] = phone.split(';ext=')
  const said = number.startsWith('+86') ? inChina(number.slice(3)) : number
  return extension ? `${said} – ${extension}` : said
}

/** What a link dials. */
export function dialled(phone: string): string {
  return `tel:${phone.replace(';ext=', ',')}`
}

function inChina(number: string): string {
  if (/^1\d{10}$/.test(number)) return `${number.slice(0, 3)} ${number.slice(3, 7)} ${number.slice(7)}`
  if (/^[48]00\d{7}$/.test(number)) return `${number.slice(0, 3)} ${number.slice(3, 6)} ${number.slice(6)}`
  const area = /^(10|2\d)/.test(number) ? 2 : 3
  const rest = number.slice(area)
  return `0${number.slice(0, area)} ${rest.slice(0, rest.length - 4)} ${rest.slice(-4)}`
}
