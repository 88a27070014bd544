import { useMutation, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { answer, api, once, type Schemas } from '../../../shared/api'
import { community } from '../../resident'
import { openId, type Provider } from './hosts'

const WHILE_PAYING_MS = 2_000
export type Intent = Schemas['IntentView']

/** What the bills are made of, by their id. */
export function useBills() {
  return useQuery({
    queryKey: ['bills', community],
    queryFn: async () => {
      const page = await answer(
        api.GET('/utilities/communities/{community}/bills', {
          params: { path: { community: community.value }, query: { limit: 50 } },
        }),
      )
      return new Map(page.items.map((bill) => [bill.bill, bill]))
    },
    staleTime: 60_000,
  })
}

export function useOrder() {
  return useMutation({
    mutationFn: ({ bills, provider }: { bills: string[]; provider: Provider }) => {
      const which = bills.length === 1 ? { bill: bills[0] as string } : { bills }
      const wanted = { ...which, provider, ...(openId && provider === 'wechat' ? { open_id: openId } : {}) }
      return answer(
        api.POST('/payments/communities/{community}/payment_intents', {
          params: { path: { community: community.value }, header: once() },
          body: wanted,
        }),
      )
    },
  })
}

/** An order until it is paid or closed. */
export function useIntent(intent: Ref<string>) {
  return useQuery({
    queryKey: ['intent', community, intent],
    queryFn: () =>
      answer(
        api.GET('/payments/communities/{community}/payment_intents/{intent}', {
          params: { path: { community: community.value, intent: intent.value } },
        }),
      ),
    enabled: computed(() => intent.value !== ''),
    refetchInterval: (query) => (query.state.data && query.state.data.state !== 'open' ? false : WHILE_PAYING_MS),
  })
}

export function useReceipt(receipt: Ref<string>) {
  return useQuery({
    queryKey: ['receipt', community, receipt],
    queryFn: () =>
      answer(
        api.GET('/payments/communities/{community}/receipts/{receipt}', {
          params: { path: { community: community.value, receipt: receipt.value } },
        }),
      ),
  })
}
