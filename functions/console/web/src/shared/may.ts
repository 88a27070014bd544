/** What the person may do, from the services' own table of grants. The server decides anyhow. */
import grants from './grants.json'
import { session } from './session'

const GRANTS = grants as Record<string, readonly string[]>
const STAFF = ['manager', 'operator', 'guard', 'caregiver', 'repairer']

/** The roles in a community; who operates a company is taken for an operator of its communities. */
export function rolesIn(community: string): readonly string[] {
  const own = session.me?.communities.find((each) => each.community === community)?.roles ?? []
  return session.me?.companies.length ? [...own, 'operator'] : own
}

export function may(permission: string, community: string): boolean {
  return rolesIn(community).some((role) => GRANTS[role]?.includes(permission))
}

/** The communities in which the person works, as `/me` names them. */
export function workplaces(): string[] {
  const communities = session.me?.communities ?? []
  return communities.filter((each) => each.roles.some((role) => STAFF.includes(role))).map((each) => each.community)
}
