import { fetchJson } from './api'

/** What the front says about this stage; written by deploy, never built in. */
export interface Config {
  stage: string
  issuer: {
    metadata: {
      issuer: string
      authorization_endpoint: string
      token_endpoint: string
      end_session_endpoint?: string
      jwks_uri: string
    }
    /** What is asked for, in words of the issuer's; those of before asked for `openid`. */
    scope?: string
    /** Whom access tokens are for, where the issuer has to be told: by a parameter of its own, or by RFC 8707. */
    audience?: string
    resource?: string
  }
  clients: { console: string; home: string }
  services: string[]
  default_language: string
}

export type PageName = keyof Config['clients']

let asked: Promise<Config> | undefined

/** The stage's settings, asked for once. */
export function config(): Promise<Config> {
  asked ??= fetchJson<Config>('/config.json').catch((failure: unknown) => {
    asked = undefined
    throw failure
  })
  return asked
}
