import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { answer, api, once, type Problem, type Schemas } from '../../../shared/api'
import { all, usePages } from '../../parts/asked'

type Given<T> = MaybeRefOrGetter<T>
export type Due = Schemas['Due']
export type DueState = 'open' | 'overdue' | 'paid'
export type RefundState = 'requested' | 'done' | 'failed'

export function useDues(community: Given<string>, state: Given<DueState>, home: Given<string>, enabled: Given<boolean>) {
  return usePages(
    () => ['dues', toValue(community), toValue(state), toValue(home)],
    (cursor) =>
      answer(
        api.GET('/payments/communities/{community}/dues', {
          params: {
            path: { community: toValue(community) },
            query: { state: toValue(state), home: toValue(home) || undefined, limit: 20, cursor },
          },
        }),
      ),
    { enabled },
  )
}

export function useRefunds(community: Given<string>, state: Given<RefundState>, enabled: Given<boolean>) {
  return usePages(
    () => ['refunds', toValue(community), toValue(state)],
    (cursor) =>
      answer(
        api.GET('/payments/communities/{community}/refunds', {
          params: { path: { community: toValue(community) }, query: { state: toValue(state), limit: 20, cursor } },
        }),
      ),
    { enabled },
  )
}

export function useDiscrepancies(community: Given<string>, enabled: Given<boolean>) {
  return usePages(
    () => ['discrepancies', toValue(community)],
    (cursor) =>
      answer(
        api.GET('/payments/communities/{community}/discrepancies', {
          params: { path: { community: toValue(community) }, query: { limit: 20, cursor } },
        }),
      ),
    { enabled },
  )
}

export function useTariffs(community: Given<string>, enabled: Given<boolean>) {
  return usePages(
    () => ['tariffs', toValue(community)],
    (cursor) =>
      answer(
        api.GET('/utilities/communities/{community}/tariffs', {
          params: { path: { community: toValue(community) }, query: { limit: 20, cursor } },
        }),
      ),
    { enabled },
  )
}

export function useBooks(community: Given<string>, month: Given<string>, enabled: Given<boolean>) {
  const path = () => ({ community: toValue(community) })
  return {
    balances: useQuery({
      queryKey: computed(() => ['balances', toValue(community), toValue(month)]),
      queryFn: () =>
        answer(
          api.GET('/payments/communities/{community}/ledger_balances', {
            params: { path: path(), query: { month: toValue(month) } },
          }),
        ),
      enabled: computed(() => toValue(enabled)),
    }),
    entries: useQuery({
      queryKey: computed(() => ['entries', toValue(community), toValue(month)]),
      queryFn: () =>
        all((cursor) =>
          answer(
            api.GET('/payments/communities/{community}/ledger_entries', {
              params: { path: path(), query: { month: toValue(month), limit: 100, cursor } },
            }),
          ),
        ),
      enabled: computed(() => toValue(enabled)),
    }),
  }
}

export function useRun(community: Given<string>, period: Given<string>, enabled: Given<boolean>) {
  return useQuery({
    queryKey: computed(() => ['run', toValue(community), toValue(period)]),
    queryFn: () =>
      answer(
        api.GET('/utilities/communities/{community}/bill_runs/{period}', {
          params: { path: { community: toValue(community), period: toValue(period) } },
        }),
      ).catch((failure: Problem) => {
        if (failure.status === 404) return null
        throw failure
      }),
    enabled: computed(() => toValue(enabled)),
  })
}

export function useSteps(community: Given<string>) {
  const known = useQueryClient()
  const path = () => ({ community: toValue(community) })
  const after = async <T>(done: Promise<T>): Promise<T> => {
    try {
      return await done
    } finally {
      const keys = ['dues', 'refunds', 'balances', 'entries', 'run', 'board']
      await Promise.all(keys.map((key) => known.invalidateQueries({ queryKey: [key] })))
    }
  }
  return {
    refund: (intent: string, amount_fen: number, header: ReturnType<typeof once>) =>
      after(
        answer(
          api.POST('/payments/communities/{community}/payment_intents/{intent}/refunds', {
            params: { path: { ...path(), intent }, header },
            body: { amount_fen },
          }),
        ),
      ),
    run: (body: Schemas['RunAsked']) =>
      after(answer(api.POST('/utilities/communities/{community}/bill_runs', { params: { path: path() }, body }))),
  }
}
