/** Rings while somebody calls for help and nobody has answered. Browsers let a page sound after one click in it. */
import { onScopeDispose, reactive, watch } from 'vue'

const EVERY = 1_600

export function useBell(ringing: () => string[], flash: () => string) {
  const state = reactive({ ready: false, hushed: [] as string[] })
  let sounds: AudioContext | undefined
  let beat: ReturnType<typeof setInterval> | undefined
  const title = document.title

  function ready(): void {
    sounds ??= new AudioContext()
    void sounds.resume().then(() => (state.ready = sounds?.state === 'running'))
  }
  window.addEventListener('pointerdown', ready)
  window.addEventListener('keydown', ready)

  function tone(at: number, hertz: number): void {
    if (!sounds) return
    const volume = sounds.createGain()
    const voice = sounds.createOscillator()
    voice.frequency.value = hertz
    volume.gain.setValueAtTime(0.0001, at)
    volume.gain.exponentialRampToValueAtTime(0.4, at + 0.03)
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.38)
    voice.connect(volume).connect(sounds.destination)
    voice.start(at)
    voice.stop(at + 0.4)
  }

  function strike(): void {
    const calling = ringing()
    document.title = document.title === title ? flash() : title
    if (state.ready && sounds && calling.some((alert) => !state.hushed.includes(alert))) {
      tone(sounds.currentTime, 880)
      tone(sounds.currentTime + 0.42, 660)
    }
  }

  function stop(): void {
    clearInterval(beat)
    beat = undefined
    document.title = title
  }

  watch(
    () => ringing().length > 0,
    (calls) => {
      if (!calls) return stop()
      if (beat) return
      strike()
      beat = setInterval(strike, EVERY)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    stop()
    window.removeEventListener('pointerdown', ready)
    window.removeEventListener('keydown', ready)
    void sounds?.close()
  })
  return { state, hush: () => (state.hushed = ringing()) }
}
