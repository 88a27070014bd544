/** What a device or gate is called: its kind, and its id without the community's. */
export function called(id: string, kind: string | undefined, community: string, said: (code: string) => string): string {
  const own = id.startsWith(`${community}-`) ? id.slice(community.length + 1) : id
  if (!kind) return own
  const bare = own.replace(/^[a-z_]+-(?=\d+$)/, '')
  return /^\d+$/.test(bare) ? `${said(kind)} ${bare}` : `${said(kind)} ${own}`
}
