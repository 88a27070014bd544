import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { answer, api, type Once, type Schemas } from '../../../shared/api'
import { every, LISTS } from '../../../shared/asking'
import { community } from '../../resident'

export type Invited = Schemas['Invited']
const LIST = '/access/communities/{community}/invitations'

export function useInvitations() {
  return useQuery({
    queryKey: ['invitations', community],
    queryFn: () => answer(api.GET(LIST, { params: { path: { community: community.value }, query: { limit: 50 } } })),
    refetchInterval: every(LISTS),
  })
}

export function useInvite() {
  const asking = useQueryClient()
  return useMutation({
    mutationFn: ({ body, header }: { body: Schemas['Invitation']; header: Once }) =>
      answer(api.POST(LIST, { params: { path: { community: community.value }, header }, body })),
    onSuccess: () => asking.invalidateQueries({ queryKey: ['invitations'] }),
  })
}

export function useWithdraw() {
  const asking = useQueryClient()
  return useMutation({
    mutationFn: (invitation: string) =>
      answer(api.DELETE(`${LIST}/{invitation}`, { params: { path: { community: community.value, invitation } } })),
    onSuccess: () => asking.invalidateQueries({ queryKey: ['invitations'] }),
  })
}
