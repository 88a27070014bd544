/** What an issuer calls somebody, as the authorizer knows it: shown in groups, read in any spelling of them. */

export function grouped(identity: string): string {
  return /^u-[a-z2-7]{32}$/.test(identity) ? `u-${identity.slice(2).replace(/(.{4})(?=.)/g, '$1 ')}` : identity
}

/** The code as it was typed, copied or scanned: without blanks, in small letters, the dash of any kind. */
export function read(code: string): string {
  const plain = code.normalize('NFKC').replace(/\s+/g, '').toLowerCase().replace(/[\u2010-\u2015\u2212]/g, '-')
  return plain.replace(/^u-?(?=[a-z2-7]{32}$)/, 'u-')
}
