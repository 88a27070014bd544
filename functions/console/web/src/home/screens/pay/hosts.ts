/**
 * Whoever shows this page: Alipay, WeChat, or a browser. The first two have a bridge to their cashier; a browser has
 * none, and is told so.
 */
export type Provider = 'alipay' | 'wechat'

interface Bridges {
  /** Alipay's web view: https://opendocs.alipay.com/open/common/jsapi (tradePay). */
  AlipayJSBridge?: { call(name: string, given: Record<string, string>, done: (said: unknown) => void): void }
  /** A mini-program's web view of WeChat: its own page pays, since `wx.requestPayment` is not for web views. */
  wx?: { miniProgram?: { navigateTo(to: { url: string }): void } }
}
const bridges = window as unknown as Bridges
const WECHAT_CASHIER = '/pages/pay/pay'

/** What the mini-program's log-in calls the payer; it opens this page with `?open_id=…`, and WeChat Pay asks for it. */
export const openId = new URLSearchParams(location.hash.split('?')[1] ?? location.search).get('open_id') ?? undefined

export function providers(): Provider[] {
  return bridges.wx?.miniProgram && openId ? ['wechat'] : ['alipay']
}

/** Hands the order to the provider's cashier. False where nobody here can open one. */
export function cashier(provider: Provider, parameters: Record<string, string>): boolean {
  if (provider === 'alipay' && bridges.AlipayJSBridge) {
    bridges.AlipayJSBridge.call('tradePay', parameters, () => undefined)
    return true
  }
  if (provider === 'wechat' && bridges.wx?.miniProgram) {
    bridges.wx.miniProgram.navigateTo({ url: `${WECHAT_CASHIER}?${new URLSearchParams(parameters)}` })
    return true
  }
  return false
}
