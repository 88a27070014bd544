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
