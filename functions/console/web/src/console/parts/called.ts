/** What a device or gate is called: its kind, and its id without the community's. */
export function called(id: string, kind: string | undefined, community: string, said: (code: string) => string): string {
  const own = id.startsWith(`${community}-`) ? id.slice(community.length + 1) : id
  if (!kind) return own
  const bare = own.replace(/^[a-z_]+-(?=\d+$)/, '')
  return /^\d+$/.test(bare) ? `${said(kind)} ${bare}` : `${said(kind)} ${own}`
}

/** A sentence without the ids of a community's devices: "水表 willow-meter-1" is "水表 1". */
export function spoken(text: string, community: string): string {
  return text.replace(new RegExp(`(?<![\\w-])${community}-(?:[a-z_]+-)?(?=\\d+(?![\\w-]))`, 'g'), '')
}
