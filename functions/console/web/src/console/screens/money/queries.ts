import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { answer, api, once, read, type Problem, type Schemas } from '../../../shared/api'
import { useAfter, useAll, useAnswer, usePages } from '../../parts/asked'

type At = MaybeRefOrGetter<string>
type On = () => boolean
type Key = ReturnType<typeof once>
export type Due = Schemas['Due']
export type Refund = Schemas['Refund']
export type Callback = Schemas['CallbackView']
export type TariffWanted = Schemas['TariffInput']
export type DueState = 'open' | 'overdue' | 'paid'
export type RefundState = 'requested' | 'done' | 'failed'
export type CallbackState = 'mismatched' | 'unreadable' | 'waiting' | 'settled'

const at = (community: At, on: On) => () => (on() ? { path: { community: toValue(community) } } : undefined)

export function useDues(community: At, state: () => DueState, home: At, on: On) {
  return usePages('/payments/communities/{community}/dues', () =>
    on()
      ? {
          path: { community: toValue(community) },
          query: { state: state(), ...(toValue(home) ? { home: toValue(home) } : {}) },
        }
      : undefined,
  )
}

export function useRefunds(community: At, state: () => RefundState, on: On) {
  return usePages('/payments/communities/{community}/refunds', () =>
    on() ? { path: { community: toValue(community) }, query: { state: state() } } : undefined,
  )
}

export function useDiscrepancies(community: At, on: On) {
  return usePages('/payments/communities/{community}/discrepancies', at(community, on))
}

/** What providers told of payments, as it was kept. */
export function useInbox(community: At, state: () => CallbackState, on: On) {
  return usePages('/payments/communities/{community}/inbox', () =>
    on() ? { path: { community: toValue(community) }, query: { state: state() } } : undefined,
  )
}

export function useTaken(community: At, on: On) {
  return usePages('/payments/communities/{community}/hand_payments', at(community, on))
}

export function useTariffs(community: At, on: On) {
  return usePages('/utilities/communities/{community}/tariffs', at(community, on))
}

export function useGaps(community: At, period: At, on: On) {
  return usePages('/utilities/communities/{community}/bill_runs/{period}/gaps', () =>
    on() ? { path: { community: toValue(community), period: toValue(period) } } : undefined,
  )
}

export function useBooks(community: At, month: At, on: On) {
  const asked = () => (on() ? { path: { community: toValue(community) }, query: { month: toValue(month) } } : undefined)
  return {
    balances: useAnswer('/payments/communities/{community}/ledger_balances', asked, { every: 0 }),
    entries: useAll('/payments/communities/{community}/ledger_entries', asked, { stale: 0 }),
  }
}

/** A month's bill run; null where there was none. */
export function useRun(community: At, period: At, on: On) {
  const path = '/utilities/communities/{community}/bill_runs/{period}'
  const asked = computed(() => ({ path: { community: toValue(community), period: toValue(period) } }))
  return useQuery({
    queryKey: computed(() => [path, asked.value]),
    queryFn: () =>
      read(path, asked.value).catch((failure: Problem) => {
        if (failure.status === 404) return null
        throw failure
      }),
    enabled: computed(on),
  })
}

export function useSteps(community: At) {
  const after = useAfter('payments', 'utilities')
  const path = () => ({ community: toValue(community) })
  return {
    refund: (intent: string, amount_fen: number, reason: string, header: Key) =>
      after(
        answer(
          api.POST('/payments/communities/{community}/payment_intents/{intent}/refunds', {
            params: { path: { ...path(), intent }, header },
            body: { amount_fen, reason },
          }),
        ),
      ),
    end: ({ intent, refund }: Refund, body: Schemas['RefundEnding'], header: Key) =>
      after(
        answer(
          api.POST('/payments/communities/{community}/payment_intents/{intent}/refunds/{refund}/end', {
            params: { path: { ...path(), intent, refund }, header },
            body,
          }),
        ),
      ),
    take: (body: Schemas['HandPayment'], header: Key) =>
      after(answer(api.POST('/payments/communities/{community}/hand_payments', { params: { path: path(), header }, body }))),
    replay: (callback: string) =>
      after(
        answer(
          api.POST('/payments/communities/{community}/inbox/{callback}/replay', { params: { path: { ...path(), callback } } }),
        ),
      ),
    price: (body: TariffWanted) =>
      after(answer(api.POST('/utilities/communities/{community}/tariffs', { params: { path: path() }, body }))),
    run: (body: Schemas['RunAsked']) =>
      after(answer(api.POST('/utilities/communities/{community}/bill_runs', { params: { path: path() }, body }))),
  }
}
