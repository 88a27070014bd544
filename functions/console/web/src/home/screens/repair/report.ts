/** A report and its photos: the report first, so that a photo that does not get through costs nobody the repair. */
import { answer, api, once, sendFile, type Schemas } from '../../../shared/api'

export type Category = Schemas['Report']['category']
export type Place = { building: string; unit?: string } | undefined
type PhotoType = Schemas['PhotoWanted']['content_type']

const TAKEN: readonly string[] = ['image/jpeg', 'image/png', 'image/webp']
const LONGEST_PX = 1600
const QUALITY = 0.85

export interface Wanted {
  community: string
  category: Category
  description: string
  place: Place
  /** Made when the form was opened: pressing twice is one report. */
  header: ReturnType<typeof once>
}

export function report(wanted: Wanted): Promise<Schemas['TicketShown']> {
  const { community, category, description, place, header } = wanted
  return answer(
    api.POST('/maintenance/communities/{community}/tickets', {
      params: { path: { community }, header },
      body: { kind: 'repair', category, description, ...place },
    }),
  )
}

export async function addPhoto(community: string, ticket: string, photo: Blob): Promise<void> {
  const params = { path: { community, ticket }, header: once() }
  const body = { content_type: photo.type as PhotoType, size_bytes: photo.size }
  const upload = await answer(api.POST('/maintenance/communities/{community}/tickets/{ticket}/photos', { params, body }))
  const form = new FormData()
  for (const [name, value] of Object.entries(upload.fields)) form.append(name, value)
  form.append('file', photo)
  await sendFile(upload.url, form)
}

/** A photo as it is sent: a JPEG that a slow network can carry; as it came where it cannot be drawn. */
export async function smaller(file: File): Promise<Blob> {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => undefined)
  if (!picture) return file
  const scale = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height))
  if (scale === 1 && TAKEN.includes(file.type) && file.size < 1_000_000) return file
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(picture.width * scale)
  canvas.height = Math.round(picture.height * scale)
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
  const drawn = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY))
  return drawn ?? file
}
